using System.Collections.ObjectModel;
using System.Management.Automation;
using FineTuning.Core.Client;
using FineTuning.Core.Datasets;
using FineTuning.Core.Errors;
using FineTuning.Core.Evaluation;
using FineTuning.Core.Grading;
using FineTuning.Core.Http;
using FineTuning.Errors;
using FineTuning.Output;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>A sample with its place in the input, from 1.</summary>
internal sealed record SampleInput(long Number, SampleRow Row);

/// <summary>How samples are graded.</summary>
/// <param name="Grader">The grader.</param>
/// <param name="Source">Where the parts of the samples come from.</param>
/// <param name="IsLocal">Whether it works on this machine.</param>
/// <param name="ThrottleLimit">The most gradings at once.</param>
internal sealed record GraderRunOptions(GraderDefinition Grader, SampleSource Source, bool IsLocal, int ThrottleLimit);

/// <summary>Grades the samples of one cmdlet, many at once, and writes the results in their order.</summary>
internal sealed class GraderRun : IDisposable
{
    private readonly AsyncCmdlet _cmdlet;
    private readonly GraderRunOptions _options;
    private readonly Func<SampleInput, FineTuningApiException, ErrorRecord> _describe;
    private readonly BatchRun<SampleInput, GradeResult> _run;
    private readonly ScoreMeter _scores = new();
    private readonly FirstRows _first = new();
    private ISampleGrader? _grader;
    private ProgressLine? _progress;
    private long _row;

    /// <param name="cmdlet">What writes.</param>
    /// <param name="options">How the samples are graded.</param>
    /// <param name="connect">Gives the client with the first sample, and not before: it can ask a vault.</param>
    /// <param name="describe">Makes the error of a sample.</param>
    /// <param name="stopping">Ends it all.</param>
    public GraderRun(
        AsyncCmdlet cmdlet,
        GraderRunOptions options,
        Func<FineTuningClient> connect,
        Func<SampleInput, FineTuningApiException, ErrorRecord> describe,
        CancellationToken stopping
    )
    {
        (_cmdlet, _options, _describe) = (cmdlet, options, describe);
        _grader = options.IsLocal ? options.Grader.CreateLocal(cmdlet) : null;
        var gate = new AdaptiveRateLimiter(options.ThrottleLimit);
        _run = new(
            gate,
            (input, token) => _grader!.GradeAsync(input.Row.Sample, input.Row.ItemJson, token),
            Write,
            (input, e) => cmdlet.WriteError(describe(input, e)),
            stopping
        )
        {
            OnFirst = () => _grader ??= new ServiceGrader(connect().WithGate(gate), options.Grader.Definition),
        };
    }

    /// <summary>Grades the sample of the parameters.</summary>
    public Task AddParametersAsync(CancellationToken cancellationToken) =>
        AddAsync(
            "-ModelSample",
            () =>
                SampleRow.Of(
                    _options.Source.Sample ?? throw new FormatException("There is no sample."),
                    _options.Source.Item
                ),
            cancellationToken
        );

    /// <summary>Grades what came down the pipeline: a sample, or a file of them.</summary>
    public Task AddObjectAsync(PSObject input, CancellationToken cancellationToken) =>
        input.BaseObject is FileInfo file
            ? AddFileAsync(file.FullName, cancellationToken)
            : AddAsync(input, () => SampleRow.From(input, _options.Source), cancellationToken);

    /// <summary>Grades the samples of a file, as JSONL or CSV.</summary>
    public async Task AddFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            if (string.Equals(Path.GetExtension(path), ".csv", StringComparison.OrdinalIgnoreCase))
            {
                Collection<PSObject> rows = ExternalCode.Run(() =>
                    _cmdlet.InvokeCommand.InvokeScript("param($path) Import-Csv -LiteralPath $path", path)
                );
                foreach (PSObject row in rows)
                {
                    await AddAsync(row, () => SampleRow.From(row, _options.Source), cancellationToken);
                }

                return;
            }

            await foreach (JsonLine line in JsonLineFile.ReadAsync(path, cancellationToken))
            {
                await AddAsync(
                    FormattableString.Invariant($"{path}:{line.Number}"),
                    () => SampleRow.FromJson(line.ToObject(), _options.Source),
                    cancellationToken
                );
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _cmdlet.WriteError(FileErrors.NotRead(e, path));
        }
    }

    /// <summary>Writes what is left, and warns of samples that were graded with errors.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await _run.FinishAsync(cancellationToken);
        ThrowIfEnded();
        _progress?.Dispose();
        if (_scores.Errors > 0)
        {
            _cmdlet.WriteWarning(
                _scores.Count == 1
                    ? "The sample was graded with an error, and has the reward 0 for that: its property Error says why."
                    : FormattableString.Invariant(
                        $"{_scores.Errors:N0} of {_scores.Count:N0} samples were graded with errors, and have the "
                    ) + "reward 0 for that: their property Error says why."
            );
        }
    }

    public void Dispose() => _run.Dispose();

    private async Task AddAsync(object source, Func<SampleRow> read, CancellationToken cancellationToken)
    {
        _row++;
        SampleRow row;
        try
        {
            row = read();
        }
        catch (Exception e) when (InputRow.IsUnreadable(e))
        {
            _cmdlet.WriteError(GraderErrors.SampleNotRead(_row, source, e));
            if (_first.AreHopeless())
            {
                throw _cmdlet.Stop(GraderErrors.NoRowFits(e));
            }

            return;
        }

        _first.Used();
        if (_progress is null)
        {
            _progress = new ProgressLine(_cmdlet, $"Grading with {_options.Grader.Name}");
            _run.OnProgress = () =>
                _progress.Report(PaceText.Of(_run.Progress, "graded") + PaceText.Mean("mean reward", _scores));
        }

        await _run.AddAsync(new SampleInput(_row, row), cancellationToken);
        ThrowIfEnded();
    }

    private void Write(SampleInput input, GradeResult result)
    {
        _scores.Add(result);
        _cmdlet.WriteObject(new GraderResult(input.Number, input.Row, _options.Grader.Name, result));
    }

    private void ThrowIfEnded()
    {
        if (_run.End is { } end)
        {
            throw _cmdlet.Stop(ModelErrors.Ended(end, _describe));
        }
    }
}
