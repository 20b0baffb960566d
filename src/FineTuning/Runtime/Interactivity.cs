using System.Management.Automation.Host;

namespace FineTuning.Runtime;

/// <summary>Decides, in the one place for it, whether there is a person who could be asked something.</summary>
internal static class Interactivity
{
    private static readonly bool s_isNonInteractive = IsNonInteractive(Environment.GetCommandLineArgs());

    /// <summary>Whether a question in this session would find somebody.</summary>
    public static bool CanAsk(PSHost host) =>
        Environment.UserInteractive && !s_isNonInteractive && !Console.IsInputRedirected && HasScreen(host);

    /// <summary>Whether PowerShell was started with -NonInteractive, which it takes in any length from -noni
    /// on.</summary>
    /// <param name="arguments">The command line, the program first.</param>
    public static bool IsNonInteractive(string[] arguments)
    {
        for (int i = 1; i < arguments.Length; i++)
        {
            string name = arguments[i].TrimStart('-', '/').ToLowerInvariant();
            if (name.Length == arguments[i].Length)
            {
                continue;
            }

            if (name.Length >= 4 && "noninteractive".StartsWith(name, StringComparison.Ordinal))
            {
                return true;
            }

            // What follows belongs to the script.
            if (
                name
                is "file"
                    or "f"
                    or "command"
                    or "c"
                    or "encodedcommand"
                    or "e"
                    or "ec"
                    or "enc"
                    or "commandwithargs"
                    or "cwa"
            )
            {
                return false;
            }
        }

        return false;
    }

    private static bool HasScreen(PSHost host)
    {
        try
        {
            // PowerShell wraps the host's UI, so that it is never null; what it wraps shows only in use.
            _ = host.UI.RawUI.ForegroundColor;
            return true;
        }
        catch (Exception e) when (e is HostException or NotImplementedException or NotSupportedException)
        {
            return false;
        }
    }
}
