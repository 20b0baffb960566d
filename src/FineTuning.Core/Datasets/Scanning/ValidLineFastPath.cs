#if NET
using System.Runtime.CompilerServices;
using FineTuning.Core.Datasets.Reading;
using FineTuning.Core.Datasets.Rules;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Scanning;

// Takes lines of which no rule has anything to report in one sweep each, and does for them what checking them by the
// rules would have done.
internal sealed class ValidLineFastPath(DatasetCheckOptions options, ScanState state, BlockResult result, bool isUtf8)
{
    // Of a longer line the rules have something to count or to report.
    private readonly int _longest = Math.Min(options.MaxLineBytes, ContextRules.Limit(options.Model));

    // Returns how many bytes the line takes that starts at the position, with its line end; 0 leaves it to the rules.
    [MethodImpl(Jit.Optimized)]
    public int Take(LineBlock block, int position, long number)
    {
        ReadOnlySpan<byte> rest = block.Buffer.AsSpan(position, block.End - position);
        bool isOpen = state.Format == DatasetFormat.Unknown;
        DatasetFormat format = isOpen ? ValidExampleReader.Guess(rest) : state.Format;
        ValidExampleReader line = new(rest);
        if (!line.TryRead(format) || line.Length > _longest || (isOpen && !state.IsAllowed(format)))
        {
            return 0;
        }

        int length = line.Length;
        int end = length;
        bool hasReturn = end + 1 < rest.Length && rest[end] == (byte)'\r';
        end += hasReturn ? 1 : 0;
        if (end < rest.Length && rest[end++] != (byte)'\n')
        {
            return 0;
        }

        ReadOnlySpan<byte> text = rest.Slice(0, length);
        if (!line.IsAscii && !IsInOrder(text))
        {
            return 0;
        }

        if (isOpen)
        {
            state.Settle(format);
        }

        if (hasReturn && result.CarriageReturnLines++ == 0)
        {
            result.FirstCarriageReturnLine = number;
        }

        result.ExampleCount++;
        if (options.CheckDuplicates)
        {
            result.Examples.Add(new SeenExample(Hash128.Of(text), number, block.Offset + position - block.Start));
        }

        // Once two answers differ, what the others say makes no difference.
        ref AnswerTally answers = ref result.Answers;
        answers.Add(answers.Differ ? default : line.Answer);

        // Written once, or the workers would wait for each other's cache.
        if (!state.HasExample)
        {
            state.HasExample = true;
        }

        return end;
    }

    [MethodImpl(Jit.Optimized)]
    private bool IsInOrder(ReadOnlySpan<byte> text) =>
        (isUtf8 || Utf8Check.IsValid(text)) && !LineSeparators.Contains(text);
}
#endif
