using System.Text;

namespace FineTuning.Output;

/// <summary>Running text in a column, for views that are more than a table.</summary>
internal static class TextBlock
{
    private const int NarrowestText = 30;
    private const int WidestText = 120;

    /// <summary>Breaks a text at spaces and indents every line.</summary>
    /// <param name="text">The text.</param>
    /// <param name="indent">Spaces before each line.</param>
    /// <param name="width">The columns of the window; 0 or less is a window of unknown width.</param>
    public static IEnumerable<string> Wrap(string text, int indent, int width)
    {
        int room = Math.Max(NarrowestText, Math.Min(WidestText, width <= 0 ? WidestText : width - 1) - indent);
        var line = new StringBuilder();
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > room)
            {
                yield return new string(' ', indent) + line;
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : string.Empty).Append(word);
        }

        yield return new string(' ', indent) + line;
    }
}
