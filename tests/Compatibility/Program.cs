namespace FineTuning.Compatibility;

/// <summary>
/// Checks that a folder of assemblies finds all that it uses in Windows PowerShell 5.1 on .NET Framework 4.7.2. The
/// arguments are the folder that is shipped, the folder of .NET Framework's reference assemblies and the folder of
/// PowerShell's. Each problem is a line that MSBuild takes for an error; the exit code is 1 if there is one.
/// </summary>
public static class Program
{
    /// <summary>Runs the check.</summary>
    public static int Main(string[] args)
    {
        if (args.Length != 3)
        {
            Console.Error.WriteLine(
                "usage: FineTuning.Compatibility SHIPPED-FOLDER FRAMEWORK-FOLDER POWERSHELL-FOLDER"
            );
            return 2;
        }

        using var set = AssemblySet.Open(args[0], [args[1], Path.Combine(args[1], "Facades"), args[2]]);
        if (set.Shipped.Count == 0)
        {
            Console.Error.WriteLine($"Compatibility : error FTC000: There is no assembly in {args[0]}.");
            return 1;
        }

        Checker checker = new(set);
        List<Finding> findings = checker.CheckAll();
        foreach (
            Finding finding in findings
                .OrderBy(found => found.Assembly, StringComparer.Ordinal)
                .ThenBy(found => found.Text, StringComparer.Ordinal)
        )
        {
            Console.WriteLine($"{finding.Assembly} : error {finding.Code}: {finding.Text}");
        }

        Console.WriteLine(
            $"Windows PowerShell 5.1 with .NET Framework 4.7.2: {set.Shipped.Count} assemblies, {checker.References} "
                + $"references, {checker.Types} types, "
                + $"{checker.Members} members, {checker.Overrides} overrides and implementations; {findings.Count} "
                + $"problems"
        );
        return findings.Count == 0 ? 0 : 1;
    }
}
