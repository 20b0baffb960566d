using System.Globalization;
using FineTuning.Core.Datasets.Duplicates;
using FineTuning.Core.Datasets.Problems;

namespace FineTuning.Core.Datasets.Scanning;

// Puts the results of the blocks together, in their order, so that a report does not depend on how many workers there
// were.
internal sealed class ReportBuilder(string name, DatasetCheckOptions options)
{
    // Below this many examples one answer says little.
    private const int OneAnswerExamples = 10;

    private readonly long[] _counts = new long[ProblemCode.IndexCount];
    private readonly int[] _kept = new int[ProblemCode.IndexCount];
    private readonly List<DatasetProblem> _problems = [];
    private AnswerTally _answers;
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

    public void AddSignature(ProblemCode code)
    {
        IsStopped = true;
        string what =
            code == FileProblems.Gzip ? "compressed with gzip"
            : code == FileProblems.Zip ? "a zip archive"
            : code == FileProblems.Utf16 ? "UTF-16 text"
            : "UTF-32 text";
        Add(code, 0, 0, null, "The file is " + what + ", not UTF-8 text.");
    }

    public void AddByteOrderMark() =>
        Add(FileProblems.ByteOrderMark, 1, 0, null, "The file starts with a UTF-8 byte order mark.");

    public void AddDifferentFormat(DatasetFormat own, DatasetFormat trainingFormat) =>
        Add(
            SetProblems.FormatsDiffer,
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
        _counts[SetProblems.Duplicate.Index] += same.Count;
        foreach (DuplicateLine line in same.Take())
        {
            Add(
                SetProblems.Duplicate,
                line.Line,
                line.ByteOffset,
                null,
                Invariant($"The line is the same as line {line.FirstLine}."),
                count: 0
            );
        }

        _counts[SetProblems.Overlap.Index] += inTraining.Count;
        foreach (DuplicateLine line in inTraining.Take())
        {
            Add(
                SetProblems.Overlap,
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
                FileProblems.CarriageReturns,
                0,
                0,
                null,
                Invariant($"{_carriageReturnLines} of {Lines} lines end in CR LF, the first of them line ")
                    + Invariant($"{_firstCarriageReturnLine}.")
            );
        }

        if (IsStopped)
        {
            return;
        }

        if (Examples == 0)
        {
            Add(FileProblems.Empty, 0, 0, null, Lines == 0 ? "The file is empty." : "The file has blank lines only.");
        }
        else if (Examples < options.MinimumExamples)
        {
            Add(
                SetProblems.TooFew,
                0,
                0,
                null,
                Invariant($"The file has {Examples} {(Examples == 1 ? "example" : "examples")}; ")
                    + Invariant($"the service wants at least {options.MinimumExamples}.")
            );
        }

        if (Examples > OneAnswerExamples && _answers.Count > OneAnswerExamples && !_answers.Differ)
        {
            Add(SetProblems.OneAnswer, 0, 0, null, Invariant($"All {_answers.Count} answers are the same."));
        }
    }

    public DatasetReport Build(string? path, DatasetFormat format, long bytes, TimeSpan duration)
    {
        SortedDictionary<string, long> counts = new(StringComparer.Ordinal);
        long errors = 0,
            warnings = 0;
        foreach (ProblemCode code in ProblemCodes.All)
        {
            long count = _counts[code.Index];
            if (count > 0)
            {
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
            Duration = duration,
        };
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

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
