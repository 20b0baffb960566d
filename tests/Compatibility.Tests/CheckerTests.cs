using System.Reflection;
using System.Reflection.Metadata;
using Xunit;

namespace FineTuning.Compatibility.Tests;

public sealed class CheckerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ft-compatibility-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void What_is_shipped_finds_all_that_it_uses()
    {
        (List<Finding> findings, Checker checker) = Check(Path.Combine(Folder("Shipped"), "netstandard2.0"));

        Assert.Empty(findings);
        Assert.True(checker.Members > 1000, $"only {checker.Members} members were looked up");
        Assert.True(checker.Overrides > 100, $"only {checker.Overrides} overrides were looked up");
    }

    [Fact]
    public void The_build_for_PowerShell_7_does_not()
    {
        (List<Finding> findings, _) = Check(Path.Combine(Folder("Shipped"), "net8.0"));

        Assert.Contains(
            findings,
            found => found.Code == "FTC001" && found.Text.StartsWith("The assembly System.Runtime 8.0.0.0 is needed")
        );
        Assert.Contains(findings, found => found.Code == "FTC002");
    }

    [Fact]
    public void A_method_that_is_there_is_no_problem()
    {
        Plant plant = new("Planted");
        plant.Method(
            plant.Type(plant.Standard, "System", "String"),
            "Contains",
            result => result.Type().Boolean(),
            value => value.Type().String()
        );

        Assert.Empty(Check(plant));
    }

    [Fact]
    public void Nor_is_one_that_is_in_a_base_type()
    {
        Plant plant = new("Planted");
        plant.Method(plant.Type(plant.Standard, "System.IO", "MemoryStream"), "Dispose", result => result.Void());

        Assert.Empty(Check(plant));
    }

    [Fact]
    public void A_method_that_came_with_a_newer_NET_is_one()
    {
        Plant plant = new("Planted");
        EntityHandle comparison = plant.Type(plant.Standard, "System", "StringComparison");
        plant.Method(
            plant.Type(plant.Standard, "System", "String"),
            "Contains",
            result => result.Type().Boolean(),
            value => value.Type().String(),
            value => value.Type().Type(comparison, true)
        );

        Finding finding = Assert.Single(Check(plant));
        Assert.Equal("FTC003", finding.Code);
        Assert.Equal("Planted.dll", finding.Assembly);
        Assert.Equal(
            "The method System.String.Contains: System.Boolean `0(System.String, System.StringComparison) is not in "
                + "mscorlib 4.0.0.0.",
            finding.Text
        );
    }

    [Fact]
    public void So_is_a_method_with_another_result()
    {
        Plant plant = new("Planted");
        plant.Method(
            plant.Type(plant.Standard, "System", "String"),
            "Contains",
            result => result.Type().Int32(),
            value => value.Type().String()
        );

        Assert.Equal("FTC003", Assert.Single(Check(plant)).Code);
    }

    [Fact]
    public void So_is_a_field()
    {
        Plant plant = new("Planted");
        EntityHandle text = plant.Type(plant.Standard, "System", "String");
        plant.Field(text, "Empty", type => type.String());
        plant.Field(text, "Full", type => type.String());

        Finding finding = Assert.Single(Check(plant));
        Assert.Equal("The field System.String System.String.Full is not in mscorlib 4.0.0.0.", finding.Text);
    }

    [Fact]
    public void So_is_a_type_that_only_PowerShell_7_has()
    {
        Plant plant = new("Planted");
        EntityHandle powershell = plant.Assembly("System.Management.Automation", "3.0.0.0");
        plant.Type(powershell, "System.Management.Automation", "PSCmdlet");
        plant.Type(powershell, "System.Management.Automation", "PSStyle");

        Finding finding = Assert.Single(Check(plant));
        Assert.Equal(
            ("FTC002", "The type System.Management.Automation.PSStyle is not there."),
            (finding.Code, finding.Text)
        );
    }

    [Fact]
    public void So_is_a_member_that_only_PowerShell_7_has()
    {
        Plant plant = new("Planted");
        EntityHandle details = plant.Type(
            plant.Assembly("System.Management.Automation", "3.0.0.0"),
            "System.Management.Automation",
            "PSCmdlet"
        );
        plant.Method(details, "get_MyInvocation", result => result.Type().String());

        Assert.Equal("FTC003", Assert.Single(Check(plant)).Code);
    }

    [Theory]
    [InlineData("System.Text.Json", "8.0.0.0", false)]
    [InlineData("System.Text.Json", "9.0.0.0", true)]
    [InlineData("System.Management.Automation", "7.4.0.0", true)]
    [InlineData("System.Collections.Immutable", "1.0.0.0", true)]
    public void So_is_an_assembly_that_nobody_has_so_new(string name, string version, bool isProblem)
    {
        string beside = Path.Combine(Folder("Shipped"), "netstandard2.0", "System.Text.Json.dll");
        File.Copy(beside, Path.Combine(_folder, "System.Text.Json.dll"));
        Plant plant = new("Planted");
        plant.Assembly(name, version);

        IEnumerable<Finding> findings = Check(plant).Where(found => found.Assembly == "Planted.dll");
        Assert.Equal(isProblem ? ["FTC001"] : [], findings.Select(found => found.Code));
    }

    [Fact]
    public void So_is_an_override_of_nothing()
    {
        Plant plant = new("Planted");
        plant.AddClass("Own", plant.Type(plant.Standard, "System", "Object"), TypeAttributes.Public);
        plant.AddMethod(
            "ToString",
            MethodAttributes.Public | MethodAttributes.Virtual,
            result => result.Type().String()
        );
        plant.AddMethod("ToText", MethodAttributes.Public | MethodAttributes.Virtual, result => result.Type().String());

        Finding finding = Assert.Single(Check(plant));
        Assert.Equal(
            ("FTC004", "The method Own.ToText: System.String `0() overrides none."),
            (finding.Code, finding.Text)
        );
    }

    [Fact]
    public void So_is_an_interface_that_is_not_implemented()
    {
        Plant plant = new("Planted");
        EntityHandle contract = plant.Type(plant.Standard, "System", "IDisposable");
        TypeDefinitionHandle type = plant.AddClass(
            "Own",
            plant.Type(plant.Standard, "System", "Object"),
            TypeAttributes.Public
        );
        plant.AddInterface(type, contract);
        plant.AddMethod(
            "Dispose",
            MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.NewSlot,
            result => result.Type().Int32()
        );

        Finding finding = Assert.Single(Check(plant));
        Assert.Equal(
            ("FTC005", "The type Own lacks System.IDisposable.Dispose: System.Void `0()."),
            (finding.Code, finding.Text)
        );
    }

    [Fact]
    public void So_is_an_abstract_method_that_is_still_abstract()
    {
        Plant plant = new("Planted");
        plant.AddClass("Own", plant.Type(plant.Standard, "System.IO", "TextReader"), TypeAttributes.Public);
        plant.AddClass("Stopped", plant.Type(plant.Standard, "System.IO", "Stream"), TypeAttributes.Public);

        List<Finding> findings = Check(plant);
        Assert.All(findings, found => Assert.StartsWith("The type Stopped lacks System.IO.Stream.", found.Text));
        Assert.Contains(findings, found => found.Text.Contains("Stream.Flush"));
    }

    private static string Folder(string name) =>
        typeof(CheckerTests)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == name)
            .Value!;

    private static (List<Finding> Findings, Checker Checker) Check(string folder)
    {
        using var set = AssemblySet.Open(
            folder,
            [Folder("Framework"), Path.Combine(Folder("Framework"), "Facades"), Folder("PowerShell")]
        );
        Checker checker = new(set);
        return (checker.CheckAll(), checker);
    }

    private List<Finding> Check(Plant plant)
    {
        plant.Save(Path.Combine(_folder, "Planted.dll"));
        return Check(_folder).Findings;
    }
}
