using FineTuning.Core.Datasets.Problems;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// What does not depend on whether the line is JSON.
internal sealed class TextRules(LineContext line)
{
    private bool _isSearched;
    private bool _mayBeInvalid;
    private bool _mayHaveSeparators;

    public void BeginBlock() => _isSearched = false;

    // Once for the block, at the speed of memory: most blocks have none of these, so no line needs to be searched for
    // them.
    public void Search(ReadOnlySpan<byte> block)
    {
        if (_isSearched)
        {
            return;
        }

        _isSearched = true;
        _mayBeInvalid = !Utf8Check.IsValid(block);
        _mayHaveSeparators = block.IndexOf("\u2028"u8) >= 0 || block.IndexOf("\u2029"u8) >= 0;
        line.MayHaveSurrogates = block.IndexOf("\\ud"u8) >= 0 || block.IndexOf("\\uD"u8) >= 0;
    }

    public void Check()
    {
        ReadOnlySpan<byte> text = line.Line;
        if (_mayBeInvalid)
        {
            int invalid = Utf8Check.IndexOfInvalid(text);
            if (invalid >= 0)
            {
                line.ReportLine(FileProblems.InvalidUtf8, invalid, $"Byte {invalid + 1} of the line is not UTF-8.");
            }
        }

        if (_mayHaveSeparators)
        {
            int separator = text.IndexOf("\u2028"u8);
            int paragraph = text.IndexOf("\u2029"u8);
            if (separator >= 0)
            {
                line.ReportLine(FileProblems.LineSeparator, separator, $"The line has a line separator (U+2028).");
            }

            if (paragraph >= 0)
            {
                line.ReportLine(FileProblems.LineSeparator, paragraph, $"The line has a paragraph separator (U+2029).");
            }
        }

        line.Commit();
    }
}
