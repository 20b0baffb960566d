using System.Management.Automation;

namespace FineTuning.Output;

/// <summary>Colours for views. PowerShell from 7.2 on takes them out again where they do not belong, such as in a
/// file.</summary>
internal static class Style
{
    private static readonly bool s_isStyled = typeof(PSObject).Assembly.GetName().Version >= new Version(7, 2);

    public static string Bold(string text) => Wrap(text, "1");

    public static string Red(string text) => Wrap(text, "31;1");

    public static string Yellow(string text) => Wrap(text, "33;1");

    public static string Green(string text) => Wrap(text, "32;1");

    public static string Faint(string text) => Wrap(text, "2");

    private static string Wrap(string text, string code) => s_isStyled ? $"\u001b[{code}m{text}\u001b[0m" : text;
}
