using System.Collections;
using FineTuning.Core.Datasets.Duplicates;
using FineTuning.Core.Datasets.Reading;
using FineTuning.Core.Datasets.Rules;
using FineTuning.Core.Datasets.Scanning;
using FineTuning.Core.Files;
using FineTuning.Core.Threading;

namespace FineTuning.Core.Datasets.Repairing;

/// <summary>One repair of one file: finds out what there is to mend, writes the new file, and checks what came of
/// it.</summary>
internal sealed class RepairRun(
    string path,
    string destination,
    DatasetRepairOptions options,
    IProgress<DatasetProgress>? progress,
    CancellationToken cancellationToken
)
{
    // Mending, writing, checking what came of it.
    private const int Passes = 3;

    private readonly RepairLog _log = new(options.MaxChangesPerCode);
    private BitArray _dropped = new(0);
    private long _size;
    private int _passes;

    public async Task<RepairResult> RepairAsync()
    {
        using FileStream file = new(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.Read,
            bufferSize: 1,
            FileOptions.SequentialScan
        );
        _size = file.Length;
        var lines = RepairSource.Open(file, options.MaxLineBytes, cancellationToken);
        long count = await MendAsync(file, lines).ConfigureAwait(false);
        if (_log.Count == 0 && !options.AlwaysWrite)
        {
            file.Position = 0;
            return Result(file.Name, null, await CheckAsync(file, file.Name).ConfigureAwait(false));
        }

        using AtomicFile target = new(destination, options.Overwrite);
        await WriteAsync(file, lines, count, target).ConfigureAwait(false);

        // Before the file is at its place: whatever ends the check leaves everything as it was.
        DatasetReport remaining;
        using (FileStream written = target.OpenWritten())
        {
            remaining = await CheckAsync(written, destination).ConfigureAwait(false);
        }

        // Closed first: Windows replaces no file that is being read.
        string source = file.Name;
        file.Dispose();
        cancellationToken.ThrowIfCancellationRequested();
        target.Commit();
        return Result(source, destination, remaining);
    }

    private RepairResult Result(string source, string? written, DatasetReport remaining) =>
        new()
        {
            SourcePath = source,
            DestinationPath = written,
            ChangeCount = _log.Count,
            Changes = _log.Changes,
            CountsByCode = _log.CountsByCode,
            Remaining = remaining,
        };

    // What is left, under the name that the file has or will have.
    private async Task<DatasetReport> CheckAsync(FileStream stream, string name)
    {
        _passes = Passes - 1;
        var checks = new DatasetCheckOptions { MinimumExamples = 1, MaxLineBytes = options.MaxLineBytes };
        DatasetReport report = await DatasetChecker
            .CheckAsync(stream, Path.GetFileName(name), checks, Progress(null), cancellationToken)
            .ConfigureAwait(false);
        return report with { Path = name };
    }

    // Finds out what there is to mend; returns how many lines come of it.
    private async Task<long> MendAsync(FileStream file, RepairSource source)
    {
        if (source.Encoded is ProblemCode encoding)
        {
            _log.Add(encoding, 0, () => $"The file was {encoding.Title} and became UTF-8.");
        }

        if (source.HasByteOrderMark)
        {
            _log.Add(ReportBuilder.ByteOrderMark, 0, () => "The byte order mark was removed.");
        }

        if (source.Shape == RepairShape.BrokenDocument)
        {
            return 0;
        }

        using DuplicateFinder finder = new();
        RepairSource.Lines lines = source.Read();
        RepairPass pass = new(
            options.MaxLineBytes,
            _log,
            (in line, _, sourceLine, number) =>
            {
                // A line that is broken may be the rest of something: only whole examples are dropped.
                if (line.IsObject)
                {
                    finder.Add(line.Hash, sourceLine, number);
                }
            }
        );
        await PassAsync(file, lines, pass).ConfigureAwait(false);
        LogWholeFile(lines, pass);
        Drop(finder, pass.Examples);
        return pass.Examples;
    }

    private void LogWholeFile(RepairSource.Lines lines, RepairPass pass)
    {
        if (lines.Document is DocumentStream document)
        {
            string what = document.IsArray ? "of the array" : "over several lines";
            _log.Add(
                document.IsArray ? LineRules.ArrayDocument : LineRules.PrettyPrinted,
                0,
                () =>
                    FormattableString.Invariant($"{document.Examples} examples {what} were put on lines of their own.")
            );
            if (document.TrailingCommas > 0)
            {
                _log.Add(
                    JsonErrorExplainer.TrailingComma,
                    0,
                    () => FormattableString.Invariant($"{document.TrailingCommas} trailing commas were removed.")
                );
            }
        }

        if (lines.Returns is { Count: > 0 } returns)
        {
            _log.Add(
                LineRules.LoneCarriageReturn,
                0,
                () =>
                    FormattableString.Invariant($"{returns.Count} carriage returns between examples became line ends.")
            );
        }

        if (pass.CarriageReturns > 0)
        {
            _log.Add(
                ReportBuilder.CarriageReturns,
                0,
                () =>
                    FormattableString.Invariant($"{pass.CarriageReturns} lines ended in CR LF, the first is line ")
                    + FormattableString.Invariant($"{pass.FirstCarriageReturn}; they end in LF now.")
            );
        }
    }

    private void Drop(DuplicateFinder finder, long count)
    {
        if (count > int.MaxValue)
        {
            throw new DatasetRepairException(
                "TooManyLines",
                FormattableString.Invariant($"The file has {count} lines; at most {int.MaxValue} are taken."),
                "Split the file first."
            );
        }

        // One bit a line. The first ones of a file are kept for the report, and the search does not come in their
        // order.
        _dropped = new BitArray((int)count);
        var first = new SortedSet<(long Line, long Number, long FirstLine)>();
        long dropped = 0;
        finder.Find(
            0,
            duplicate =>
            {
                dropped++;
                _dropped[(int)duplicate.ByteOffset] = true;
                first.Add((duplicate.Line, duplicate.ByteOffset, duplicate.FirstLine));
                if (first.Count > options.MaxChangesPerCode)
                {
                    first.Remove(first.Max);
                }
            },
            cancellationToken
        );
        foreach ((long line, _, long firstLine) in first)
        {
            _log.Add(
                ReportBuilder.Duplicate,
                line,
                () => FormattableString.Invariant($"The example, the same as in line {firstLine}, was removed.")
            );
        }

        for (long i = first.Count; i < dropped; i++)
        {
            _log.Add(ReportBuilder.Duplicate, 0, () => string.Empty);
        }
    }

    private async Task WriteAsync(FileStream file, RepairSource source, long count, AtomicFile target)
    {
        RepairSource.Lines lines = source.Read();
        if (source.Shape == RepairShape.BrokenDocument)
        {
            await CopyAsync(lines.Stream, target.Stream, source.HasByteOrderMark ? 3 : 0).ConfigureAwait(false);
        }
        else
        {
            RepairPass pass = new(
                options.MaxLineBytes,
                null,
                (in line, buffer, _, number) =>
                {
                    if (number < _dropped.Length && !_dropped[(int)number])
                    {
                        target.Stream.Write(buffer, line.Start, line.Length);
                        target.Stream.WriteByte((byte)'\n');
                    }
                }
            );
            _passes = 1;
            await PassAsync(file, lines, pass).ConfigureAwait(false);
            if (pass.Examples != count)
            {
                throw new IOException($"The file '{path}' was changed while it was repaired.");
            }
        }
    }

    private async Task CopyAsync(Stream from, Stream to, int skipped)
    {
        byte[] buffer = new byte[LineBlockReader.BlockBytes];
        int read;
        while ((read = await from.ReadAsync(buffer, 0, buffer.Length, cancellationToken).ConfigureAwait(false)) > 0)
        {
            int start = Math.Min(skipped, read);
            skipped -= start;
            to.Write(buffer, start, read - start);
        }
    }

    private Task PassAsync(FileStream file, RepairSource.Lines lines, RepairPass pass)
    {
        var pipeline = new BlockPipeline<RepairWorker>(pass)
        {
            MaxLineBytes = options.MaxLineBytes,
            Progress = Progress(file),
        };
        return pipeline.RunAsync(lines.Stream, cancellationToken);
    }

    // Of a file that is recoded, what was read of it says how far it is, and not what came of it.
    private SynchronousProgress<DatasetProgress>? Progress(FileStream? file) =>
        progress is null
            ? null
            : new SynchronousProgress<DatasetProgress>(p =>
                progress.Report(
                    new DatasetProgress(
                        (_passes * _size) + Math.Min(file?.Position ?? p.BytesRead, _size),
                        Passes * _size,
                        p.Examples
                    )
                )
            );
}
