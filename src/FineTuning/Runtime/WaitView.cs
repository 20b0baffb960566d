using FineTuning.Core.Jobs;
using FineTuning.Core.Wire;

namespace FineTuning.Runtime;

/// <summary>The progress of a wait: a line for each job, or one for all where they are many. It is told from any
/// thread, but one at a time.</summary>
internal sealed class WaitView : IDisposable
{
    /// <summary>More lines than these push each other off the screen.</summary>
    private const int MaxLines = 5;

    private readonly Dictionary<string, ProgressLine> _lines;
    private readonly ProgressLine? _summary;
    private readonly Dictionary<string, JobStatus> _statuses = new(StringComparer.Ordinal);
    private readonly int _count;

    public WaitView(AsyncCmdlet cmdlet, IReadOnlyCollection<string> jobIds)
    {
        _count = jobIds.Count;
        ShowsSteps = _count <= MaxLines;
        _lines = ShowsSteps
            ? jobIds.ToDictionary(
                id => id,
                id => new ProgressLine(cmdlet, $"Fine-tuning job {id}"),
                StringComparer.Ordinal
            )
            : [];
        _summary = ShowsSteps
            ? null
            : new ProgressLine(cmdlet, FormattableString.Invariant($"{_count} fine-tuning jobs"));
    }

    /// <summary>Whether the numbers of the newest step have a place.</summary>
    public bool ShowsSteps { get; }

    /// <summary>Shows where a job is.</summary>
    public void Show(WaitProgress p)
    {
        if (_summary is null)
        {
            Show(_lines[p.JobId], p);
            return;
        }

        _statuses[p.JobId] = p.Job?.Status ?? default;
        IEnumerable<string> counts = _statuses
            .Values.GroupBy(status => status)
            .OrderByDescending(g => g.Count())
            .ThenBy(g => g.Key.Value, StringComparer.Ordinal)
            .Select(g =>
                FormattableString.Invariant(
                    $"{g.Count()} {(g.Key.Value.Length == 0 ? "not seen yet or in an unknown state" : g.Key.Value)}"
                )
            );
        string text = string.Join(", ", counts);
        double ended = _statuses.Values.Count(status => status.IsFinished);
        _summary.Report(
            p.Outage is null ? text : $"{text}; no answer at the moment: {p.Outage.Message}",
            ended / _count
        );
    }

    /// <summary>Takes a job's line away.</summary>
    public void End(string jobId)
    {
        if (_lines.TryGetValue(jobId, out ProgressLine? line))
        {
            line.Dispose();
        }
    }

    public void Dispose()
    {
        _summary?.Dispose();
        foreach (ProgressLine line in _lines.Values)
        {
            line.Dispose();
        }
    }

    private static void Show(ProgressLine line, WaitProgress p)
    {
        string status =
            p.Job is null ? "…"
            : p.Job.Status.Value.Length == 0 ? "in an unknown state"
            : p.Job.Status.Value;
        if (p.Outage is not null)
        {
            line.Report($"{status}; no answer at the moment: {p.Outage.Message}");
            return;
        }

        double? share = p.Latest is { TotalSteps: > 0 } ? (double)p.Latest.Step / p.Latest.TotalSteps : null;
        if (p.Latest is not null)
        {
            status += FormattableString.Invariant($", step {p.Latest.Step}");
            status += p.Latest.TotalSteps is int total ? FormattableString.Invariant($" of {total}") : string.Empty;
            status += p.Latest.TrainLoss is double loss
                ? FormattableString.Invariant($", train loss {loss:0.0000}")
                : string.Empty;
            status += (p.Latest.FullValidLoss ?? p.Latest.ValidLoss) is double valid
                ? FormattableString.Invariant($", valid loss {valid:0.0000}")
                : string.Empty;
        }

        TimeSpan? left = p.Job?.EstimatedFinish - DateTimeOffset.UtcNow;
        line.Report(status, share, left > TimeSpan.Zero ? left : null);
    }
}
