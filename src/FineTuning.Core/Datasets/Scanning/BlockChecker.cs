using System.Runtime.CompilerServices;
using System.Text.Json;
using FineTuning.Core.Datasets.Reading;
using FineTuning.Core.Datasets.Rules;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Scanning;

// Checks the lines of one block. Each worker has its own; nothing is shared but what is settled before.
internal sealed class BlockChecker : IBlockWorker
{
    private readonly DatasetCheckOptions _options;
    private readonly ScanState _state;
    private readonly LineContext _line;
    private readonly ExampleRules[] _rules;
    private readonly LineRules _shape;
    private readonly TextRules _text;
    private readonly ContextRules _context;
#if NET
    private readonly ValidLineFastPath? _goodLines;
#endif
    private long _number;

    // With byRulesOnly no line is taken in one sweep: the same comes of it, later. With isUtf8 the caller knows that
    // the blocks are UTF-8.
    public BlockChecker(
        DatasetCheckOptions options,
        ScanState state,
        bool[] isFull,
        bool byRulesOnly = false,
        bool isUtf8 = false
    )
    {
        _options = options;
        _state = state;
        _line = new LineContext(options, isFull);
        _shape = new LineRules(_line);
        _text = new TextRules(_line);
        _context = new ContextRules(_line, options.Model);
        CallOrderRules calls = new(_line);
        ToolRules tools = new(_line, calls);
        MessageRules messages = new(_line, calls);

        // In the order of DatasetFormat, which is the index.
        _rules =
        [
            new UnknownRules(_line),
            new ChatRules(_line, messages, tools, calls),
            new CompletionRules(_line),
            new PreferenceRules(_line, messages, tools, calls),
            new ReinforcementRules(_line, messages, tools, calls),
        ];
#if NET

        // Secrets may be in lines that are good otherwise.
        _goodLines = byRulesOnly || options.CheckSecrets ? null : new ValidLineFastPath(options, state, Result, isUtf8);
#endif
    }

    public BlockResult Result { get; } = new();

    [MethodImpl(Jit.Optimized)]
    public void Work(LineBlock block, CancellationToken cancellationToken)
    {
        Result.Clear();
        _line.BeginBlock(Result);
        _context.CancellationToken = cancellationToken;
        _text.BeginBlock();
        _number = 0;
        if (block.IsTooLong)
        {
            ReportTooLong(block, block.LineBytes);
            return;
        }

        int position = block.Start;
        while (position < block.End && !Result.Stop)
        {
            cancellationToken.ThrowIfCancellationRequested();
#if NET
            int taken = _goodLines?.Take(block, position, _number + 1) ?? 0;
            if (taken > 0)
            {
                _number++;
                position += taken;
                continue;
            }
#endif

            _text.Search(block.Span);
            int length = block.Buffer.AsSpan(position, block.End - position).IndexOf((byte)'\n');
            int next = length < 0 ? block.End : position + length + 1;
            length = length < 0 ? block.End - position : length;
            CheckLine(block, position, length, hasLineFeed: next > position + length);
            position = next;
        }

        Result.Lines = _number;
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r';

    private void ReportTooLong(LineBlock block, long bytes)
    {
        _line.BeginLine(block.Buffer, 0, 0, ++_number, block.Offset);
        ReportTooLong(bytes);
        Result.Lines = _number;
    }

    private void ReportTooLong(long bytes)
    {
        Result.ExampleCount++;
        _state.HasExample = true;
        _shape.ReportTooLong(bytes, _options.MaxLineBytes);
        _line.Commit();
    }

    private void CheckLine(LineBlock block, int start, int length, bool hasLineFeed)
    {
        _number++;
        byte[] buffer = block.Buffer;
        long offset = block.Offset + start - block.Start;
        if (hasLineFeed && length > 0 && buffer[start + length - 1] == (byte)'\r')
        {
            length--;
            if (Result.CarriageReturnLines++ == 0)
            {
                Result.FirstCarriageReturnLine = _number;
            }
        }

        if (length > _options.MaxLineBytes)
        {
            _line.BeginLine(buffer, start, 0, _number, offset);
            ReportTooLong(length);
            return;
        }

        int end = start + length;
        while (end > start && IsSpace(buffer[end - 1]))
        {
            end--;
        }

        while (start < end && IsSpace(buffer[start]))
        {
            start++;
            offset++;
        }

        bool hasMark = false;
        while (buffer.AsSpan(start, end - start).StartsWith("\uFEFF"u8))
        {
            hasMark = true;
            start += 3;
            offset += 3;
            while (start < end && IsSpace(buffer[start]))
            {
                start++;
                offset++;
            }
        }

        _line.BeginLine(buffer, start, end - start, _number, offset);
        if (hasMark)
        {
            _text.ReportMark();
            _line.Commit();
        }

        if (start == end && hasMark)
        {
            return;
        }

        if (start == end)
        {
            _shape.ReportBlank();
            _line.Commit();
            return;
        }

        Result.ExampleCount++;
        _text.Check();
        CheckExample();
        if (_options.CheckDuplicates && !Result.Stop)
        {
            Result.Examples.Add(new SeenExample(Hash128.Of(_line.Line), _number, offset));
        }

        _state.HasExample = true;
    }

    private void CheckExample()
    {
        DatasetFormat format = _state.Format;
        bool isOpen = format == DatasetFormat.Unknown;
        if ((isOpen || _line.Line[0] != (byte)'{') && TryForeignTrainer())
        {
            return;
        }

        if (isOpen)
        {
            format = _state.Adapt(FormatProbe.Guess(_line.Line));
            if (!_state.IsAllowed(format))
            {
                ReportForeign(format);
                return;
            }

            _state.Suggest(format);
        }

        if (!TryRead(_rules[(int)format], out ExampleFacts facts))
        {
            return;
        }

        if (!isOpen && _line.PendingErrors > 0 && TryForeignTrainer())
        {
            return;
        }

        if (facts.IsForeign)
        {
            // Its own rules would have more to say about it, but only one thing matters: it does not belong here.
            DatasetFormat other = FormatProbe.Guess(_line.Line);
            if (other != DatasetFormat.Unknown && other != format)
            {
                _line.Discard();
                if (other == DatasetFormat.Completion && format == DatasetFormat.Chat && _state.IsGiven)
                {
                    Note(SourceFormat.Completion);
                    return;
                }

                ReportForeign(other);
                return;
            }
        }

        // The first good example decides; a bad one may just as well be the mistake.
        if (isOpen && format != DatasetFormat.Unknown && _line.PendingErrors == 0)
        {
            _state.Settle(format);
        }

        _context.Check();
        if (facts.HasAnswer)
        {
            Result.Answers.Add(facts.Answer);
        }

        _line.Commit();
    }

    // A row for another trainer has nothing else to be told of.
    private bool TryForeignTrainer()
    {
        if (SourceProbe.Find(_line.Line) is not { } source)
        {
            return false;
        }

        _line.Discard();
        Note(source);
        return true;
    }

    private void Note(SourceFormat source)
    {
        _line.Note(SourceRules.FactOf(source));
        _line.Commit();
    }

    private void ReportForeign(DatasetFormat format)
    {
        _shape.ReportOtherFormat(format, _state.Expectation);
        _line.Commit();
    }

    private bool TryRead(ExampleRules rules, out ExampleFacts facts)
    {
        facts = default;
        JsonException? error = null;
        if (!JsonErrorExplainer.CannotBeJson(_line.Line))
        {
            try
            {
                return Read(rules, out facts);
            }
            catch (JsonException exception)
            {
                error = exception;
            }
        }

        _line.Discard();
        ProblemCode code = JsonErrorExplainer.Report(_line, error);
        if (!_state.HasExample && code == JsonErrorExplainer.Incomplete && _shape.ReportDocument())
        {
            Result.Stop = true;
        }

        _line.Commit();
        return false;
    }

    private bool Read(ExampleRules rules, out ExampleFacts facts)
    {
        facts = default;
        JsonScanner json = new(_line);
        json.ReadFirst();
        bool isObject = json.Token == JsonTokenType.StartObject;
        if (isObject)
        {
            rules.Read(ref json, out facts);
        }
        else
        {
            _shape.ReportNotObject(ref json);
            json.Skip();
        }

        int end = json.End;
        if (end < _line.Line.Length)
        {
            _shape.ReportRest(end, isObject);
        }

        if (!isObject)
        {
            _line.Commit();
        }

        return isObject;
    }
}
