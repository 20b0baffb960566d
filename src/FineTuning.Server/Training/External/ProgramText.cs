using System.Text;

namespace FineTuning.Server.Training.External;

/// <summary>Makes texts of others fit for a log and an error message.</summary>
internal static class ProgramText
{
    /// <summary>Without control characters, and cut to a length.</summary>
    public static string OneLine(string text, int maxLength)
    {
        var clean = new StringBuilder();
        foreach (char c in text.Trim())
        {
            if (clean.Length == maxLength)
            {
                return clean.Append('…').ToString();
            }

            clean.Append(char.IsControl(c) ? ' ' : c);
        }

        return clean.ToString();
    }
}
