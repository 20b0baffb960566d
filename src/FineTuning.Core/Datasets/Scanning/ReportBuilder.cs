using System.Globalization;
using FineTuning.Core.Datasets.Duplicates;
using FineTuning.Core.Datasets.Reading;
using FineTuning.Core.Datasets.Rules;

namespace FineTuning.Core.Datasets.Scanning;

// Puts the results of the blocks together, in their order, so that a report does not depend on how many workers there
// were.
internal sealed class ReportBuilder(string name, DatasetCheckOptions options)
{
    internal static readonly ProblemCode NoExamples = ProblemCode.Error(
        "FT1001",
        "no examples",
        "The file has no line with anything in it, so there is nothing to learn from.",
        "Write one example per line and check again.",
        "an empty file, or a file of blank lines"
    );

    internal static readonly ProblemCode ByteOrderMark = ProblemCode
        .Warning(
            "FT1006",
            "byte order mark",
            "The file starts with the UTF-8 byte order mark, which JSON does not allow and some readers refuse.",
            "Save the file as UTF-8 without a byte order mark.",
            "a file that starts with the bytes EF BB BF"
        )
        .Mended();

    internal static readonly ProblemCode CarriageReturns = ProblemCode
        .Warning(
            "FT1007",
            "CRLF line ends",
            "The lines end in CR LF, as Windows programs write them. The service takes them, other tools may not.",
            "Save the file with LF line ends.",
            "a file with CR LF at the end of its lines"
        )
        .Mended();

    internal static readonly ProblemCode TooFew = ProblemCode.Error(
        "FT1601",
        "too few examples",
        $"The service refuses a training file with fewer than {DatasetLimits.MinTrainingExamples} examples.",
        "Add examples; 50 to 100 good ones are a sensible start.",
        $"a file of {DatasetLimits.MinTrainingExamples - 1} lines"
    );

    internal static readonly ProblemCode Duplicate = ProblemCode
        .Warning(
            "FT1602",
            "duplicate example",
            "The line is the same as an earlier one, so the model sees the example twice per epoch.",
            "Remove one of the two unless the weight is intended.",
            "two equal lines"
        )
        .Mended();

    internal static readonly ProblemCode OneAnswer = ProblemCode.Warning(
        "FT1603",
        "one answer only",
        "Every example has the same answer, so the model learns to say that and nothing else.",
        "Add examples with other answers.",
        "a file in which every answer is \"yes\""
    );

    internal static readonly ProblemCode Overlap = ProblemCode.Warning(
        "FT1604",
        "in training and validation",
        "The line is also in the training file, so the validation loss looks better than it is.",
        "Keep the example in one of the two files.",
        "the same line in both files"
    );

    internal static readonly ProblemCode FormatsDiffer = ProblemCode.Error(
        "FT1605",
        "training and validation differ",
        "The training and the validation file hold different kinds of examples.",
        "Use the same kind of example in both files.",
        "a chat training file with a preference validation file"
    );

    // Below this many examples one answer says little.
    private const int OneAnswerExamples = 10;

    private readonly long[] _counts = new long[ProblemCode.IndexCount];
    private readonly int[] _kept = new int[ProblemCode.IndexCount];
    private readonly List<DatasetProblem> _problems = [];
    private readonly FactTally _facts = new();
    private readonly FieldTally _fields = new();
    private readonly List<byte> _samples = [];
    private AnswerTally _answers;
    private string? _encoding;
    private char? _delimiter;
    private long _carriageReturnLines;
    private long _firstCarriageReturnLine;

    // The codes of which there are enough: workers make no more texts of them.
    public bool[] IsFull { get; } = new bool[ProblemCode.IndexCount];

    public long Lines { get; private set; }

    public long Examples { get; private set; }

    public bool IsStopped { get; private set; }

    public void Add(BlockResult block)
    {
        foreach (FoundProblem found in block.Problems)
        {
            Add(found.Code, Lines + found.Line, found.ByteOffset, found.JsonPath, found.Message, count: 0);
        }

        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += block.Counts[i];
        }

        _facts.Add(block.Facts, Lines);
        _fields.Add(block.Fields, Lines);
        if (_samples.Count < LegacyEncoding.SampleBytes)
        {
            _samples.AddRange(block.Samples);
        }

        if (block.CarriageReturnLines > 0 && _carriageReturnLines == 0)
        {
            _firstCarriageReturnLine = Lines + block.FirstCarriageReturnLine;
        }

        _carriageReturnLines += block.CarriageReturnLines;
        _answers.Add(block.Answers);
        Lines += block.Lines;
        Examples += block.ExampleCount;
        IsStopped |= block.Stop;
    }

    public void AddSignature(ProblemCode code, byte[] head)
    {
        IsStopped = true;
        _delimiter = code == FileSignature.Table ? TextKind.Separator(head) : null;
        string what =
            code == FileSignature.Utf16 || code == FileSignature.Utf32 ? ", not UTF-8 text." : ", not JSON lines.";
        Add(code, 0, 0, null, "The file is " + FileSignature.Describe(code, head) + what);
    }

    public void AddByteOrderMark() => Add(ByteOrderMark, 1, 0, null, "The file starts with a UTF-8 byte order mark.");

    public void AddDifferentFormat(DatasetFormat own, DatasetFormat trainingFormat) =>
        Add(
            FormatsDiffer,
            0,
            0,
            null,
            "The validation file holds "
                + ScanState.Describe(own)
                + " per line, the training file "
                + ScanState.Describe(trainingFormat)
                + "."
        );

    // Duplicates are known only at the end of the file, and not in the order of the lines.
    public void AddDuplicates(DuplicateFinder finder, int file, CancellationToken cancellationToken)
    {
        FirstFound same = new(options.MaxProblemsPerCode);
        FirstFound inTraining = new(options.MaxProblemsPerCode);
        finder.Find(file, Sort, cancellationToken);
        _counts[Duplicate.Index] += same.Count;
        foreach (DuplicateLine line in same.Take())
        {
            Add(
                Duplicate,
                line.Line,
                line.ByteOffset,
                null,
                Invariant($"The line is the same as line {line.FirstLine}."),
                count: 0
            );
        }

        _counts[Overlap.Index] += inTraining.Count;
        foreach (DuplicateLine line in inTraining.Take())
        {
            Add(
                Overlap,
                line.Line,
                line.ByteOffset,
                null,
                Invariant($"The line is also line {line.OtherLine} of the training file."),
                count: 0
            );
        }

        void Sort(DuplicateLine line)
        {
            if (line.FirstLine > 0)
            {
                same.Add(line);
            }

            if (line.OtherLine > 0)
            {
                inTraining.Add(line);
            }
        }
    }

    // What only the whole file shows.
    public void Finish()
    {
        if (_carriageReturnLines > 0)
        {
            Add(
                CarriageReturns,
                0,
                0,
                null,
                Invariant($"{_carriageReturnLines} of {Lines} lines end in CR LF, the first of them line ")
                    + Invariant($"{_firstCarriageReturnLine}.")
            );
        }

        foreach ((ProblemCode code, string message) in FactRules.Of(_facts, Examples))
        {
            Add(code, 0, 0, null, message);
        }

        AddEncoding();
        if (options.CheckItemFields)
        {
            foreach ((long line, string message) in _fields.Describe())
            {
                Add(ReinforcementRules.FieldLacking, line, 0, null, message);
            }
        }

        if (IsStopped)
        {
            return;
        }

        if (Examples == 0)
        {
            Add(NoExamples, 0, 0, null, Lines == 0 ? "The file is empty." : "The file has blank lines only.");
        }
        else if (Examples < options.MinimumExamples)
        {
            Add(
                TooFew,
                0,
                0,
                null,
                Invariant($"The file has {Examples} {(Examples == 1 ? "example" : "examples")}; ")
                    + Invariant($"the service wants at least {options.MinimumExamples}.")
            );
        }

        if (Examples > OneAnswerExamples && _answers.Count > OneAnswerExamples && !_answers.Differ)
        {
            Add(OneAnswer, 0, 0, null, Invariant($"All {_answers.Count} answers are the same."));
        }
    }

    public DatasetReport Build(string? path, DatasetFormat format, long bytes, TimeSpan duration)
    {
        SortedDictionary<string, long> counts = new(StringComparer.Ordinal);
        long errors = 0,
            warnings = 0;
        for (int index = 0; index < _counts.Length; index++)
        {
            long count = _counts[index];
            if (count > 0)
            {
                var code = ProblemCode.AtIndex(index);
                counts.Add(code.Code, count);
                _ = code.Severity == ProblemSeverity.Error ? errors += count : warnings += count;
            }
        }

        return new DatasetReport
        {
            Path = path,
            Name = name,
            Format = format,
            Bytes = bytes,
            LineCount = Lines,
            ExampleCount = Examples,
            ErrorCount = errors,
            WarningCount = warnings,
            Problems = _problems.OrderBy(problem => problem.Line).ToArray(),
            CountsByCode = counts,
            LikelyEncoding = _encoding,
            Delimiter = _delimiter,
            Duration = duration,
        };
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    // Lines that are not UTF-8 are so for one reason as a rule: an old encoding, which all show better than one.
    private void AddEncoding()
    {
        string invalid = TextRules.InvalidUtf8.Code;
        _encoding = LegacyEncoding.Guess([.. _samples]);
        for (int i = 0; _encoding is not null && i < _problems.Count; i++)
        {
            if (_problems[i].Code == invalid)
            {
                _problems[i] = _problems[i] with
                {
                    Message = $"{_problems[i].Message.TrimEnd('.')}; the text is likely {_encoding}.",
                    Fix = $"Save the file as UTF-8 instead of {_encoding}.",
                };
            }
        }
    }

    private void Add(ProblemCode code, long line, long byteOffset, string? path, string message, int count = 1)
    {
        _counts[code.Index] += count;
        if (_kept[code.Index] >= options.MaxProblemsPerCode)
        {
            return;
        }

        _problems.Add(
            new DatasetProblem
            {
                Code = code.Code,
                Severity = code.Severity,
                Line = line,
                ByteOffset = byteOffset,
                JsonPath = path,
                Message = message,
                Fix = code.Fix,
                File = name,
            }
        );
        _kept[code.Index]++;
        IsFull[code.Index] = _kept[code.Index] >= options.MaxProblemsPerCode;
    }
}
