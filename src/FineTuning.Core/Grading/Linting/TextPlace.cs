namespace FineTuning.Core.Grading.Linting;

/// <summary>A place in a text.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in UTF-16 characters.</param>
internal sealed record TextPlace(int Line, int Column)
{
    public static TextPlace Of(string text, int position)
    {
        int line = 1,
            column = 1;
        for (int i = 0; i < position; i++)
        {
            (line, column) = text[i] == '\n' ? (line + 1, 1) : (line, column + 1);
        }

        return new TextPlace(line, column);
    }

    /// <summary>"character 5", or "line 2, character 5".</summary>
    public string InWords() =>
        Line == 1
            ? FormattableString.Invariant($"character {Column}")
            : FormattableString.Invariant($"line {Line}, character {Column}");
}
