using System.Runtime.CompilerServices;
using System.Text.Json;
using FineTuning.Core.Datasets.Reading;
using FineTuning.Core.Datasets.Scanning;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Converting.Sources;

// Converts the rows of a block. What comes of them is checked by the rules of a check, so that no example has an error:
// whatever the rules refuse is a row that cannot be converted.
internal sealed class SourceWorker : IBlockWorker
{
    private readonly SourceOptions _options;
    private readonly ExampleBuffer _json;
    private readonly MessageWriter _messages;
    private readonly RowConverter _converter;
    private readonly RowTokens _tokens = new();
    private readonly BlockChecker _checker;
    private readonly LineBlock _made = new();

    // Of each example: where it ends, and the line of its row.
    private readonly List<(int End, long Line)> _ends = [];

    public SourceWorker(SourceOptions options, DatasetFormat target, string folder)
    {
        _options = options;
        _json = new ExampleBuffer { Trim = options.Trim };
        _messages = new MessageWriter(_json, options, folder);
        _converter = RowConverter.Create(_json, _messages, options);
        var checks = new DatasetCheckOptions
        {
            Format = target,
            CheckDuplicates = false,
            MaxLineBytes = options.MaxLineBytes,
        };
        _checker = new BlockChecker(checks, new ScanState(checks), new bool[ProblemCode.IndexCount], isUtf8: true);
    }

    public ExampleBuffer Json => _json;

    public long Examples => _ends.Count;

    public long Rows { get; private set; }

    public long Lines { get; private set; }

    // In the order of their lines, which are counted from the start of the block.
    public List<RowProblem> Problems { get; } = [];

    [MethodImpl(Jit.Optimized)]
    public void Work(LineBlock block, CancellationToken cancellationToken)
    {
        _json.Clear();
        _ends.Clear();
        Problems.Clear();
        Rows = 0;
        Lines = 0;
        if (block.IsTooLong)
        {
            Lines++;
            Rows++;
            Fail(1, "ExampleTooLong", $"has more than {_options.MaxLineBytes} bytes.");
            return;
        }

        bool isUtf8 = Utf8Check.IsValid(block.Span);
        _json.MayHaveSeparators = LineSeparators.Contains(block.Span);
        LineCursor cursor = new(block);
        while (cursor.Next())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Lines++;
            ReadOnlySpan<byte> line = JsonText.TrimEnd(cursor.Line);
            int length = line.Length;
            if (JsonText.TrimStart(line).IsEmpty)
            {
                continue;
            }

            Rows++;
            if (!isUtf8 && !Utf8Check.IsValid(line))
            {
                Fail(Lines, "RowNotRead", "is no UTF-8 text.");
                continue;
            }

            Convert(block.Buffer, cursor.Start, length);
        }

        Check(cancellationToken);
    }

    [MethodImpl(Jit.Optimized)]
    private void Convert(byte[] buffer, int start, int length)
    {
        int before = _json.Length;
        try
        {
            _tokens.Read(buffer, start, length);
            _converter.Write(_tokens.Root);
            _json.Raw("\n"u8);
            _ends.Add((_json.Length, Lines));
        }
        catch (JsonException e)
        {
            _json.Clear(before);
            Fail(
                Lines,
                "RowNotRead",
                FormattableString.Invariant($"is no JSON (at byte {(e.BytePositionInLine ?? 0) + 1}).")
            );
        }
        catch (SourceRowException e)
        {
            _json.Clear(before);
            Fail(Lines, e.Id, e.Message);
        }
    }

    private void Check(CancellationToken cancellationToken)
    {
        if (_ends.Count == 0)
        {
            return;
        }

        _made.Buffer = _json.Buffer;
        _made.Start = 0;
        _made.End = _json.Length;
        _checker.Work(_made, cancellationToken);
        if (_checker.Result.Problems.Exists(problem => problem.Code.Severity == ProblemSeverity.Error))
        {
            LeaveOut();
            Problems.Sort((one, other) => one.Row.CompareTo(other.Row));
        }
    }

    // Moves the good examples together.
    private void LeaveOut()
    {
        ILookup<long, FoundProblem> errors = _checker
            .Result.Problems.Where(problem => problem.Code.Severity == ProblemSeverity.Error)
            .ToLookup(problem => problem.Line);
        int start = 0;
        int kept = 0;
        int length = 0;
        for (int i = 0; i < _ends.Count; i++)
        {
            (int end, long line) = _ends[i];
            if (errors.Contains(i + 1))
            {
                FoundProblem first = errors[i + 1].First();
                Fail(line, "ExampleRefused", $"would be no good example: {first.Message} ({first.Code.Code})");
            }
            else
            {
                _json.Move(start, end - start, length);
                length += end - start;
                _ends[kept++] = (length, line);
            }

            start = end;
        }

        _ends.RemoveRange(kept, _ends.Count - kept);
        _json.Clear(length);
    }

    private void Fail(long line, string id, string message) =>
        Problems.Add(
            new RowProblem
            {
                Row = line,
                Id = id,
                Message = message,
            }
        );
}
