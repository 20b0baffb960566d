using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace FineTuning.Core.Datasets.Scanning;

// The text of a problem, made only if the problem is kept: in a file of a million bad lines nearly all of them are only
// counted. It also makes every number in it the same under every culture.
[InterpolatedStringHandler]
internal readonly ref struct ProblemText
{
    private readonly StringBuilder? _text;

    public ProblemText(int literalLength, int formattedCount, LineContext line, ProblemCode code, out bool wanted)
    {
        wanted = line.Wants(code);
        _text = wanted ? new StringBuilder(literalLength + (formattedCount * 16)) : null;
    }

    public bool IsWanted => _text is not null;

    public void AppendLiteral(string text) => _text!.Append(text);

    public void AppendFormatted(string? text) => _text!.Append(text);

    public void AppendFormatted(long number) => _text!.Append(number.ToString(CultureInfo.InvariantCulture));

    // A piece of the user's data.
    public void AppendFormatted(ReadOnlySpan<byte> data) => _text!.Append(JsonText.Show(data));

    public override string ToString() => _text?.ToString() ?? "";
}
