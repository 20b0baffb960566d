using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Threading;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Files.Uploading;

/// <summary>An upload in parts that goes on: its state, and the sending of what is missing, a few parts at a
/// time.</summary>
internal sealed class PartUpload(
    FineTuningClient client,
    UploadSource source,
    UploadSlot? slot,
    UploadState state,
    UploadMeter meter
)
{
    private readonly object _gate = new();
    private Queue<int> _missing = new();
    private bool _isSaved;

    public UploadState State { get; private set; } = state;

    /// <summary>What the same command can go on from; null if nothing is kept.</summary>
    public PendingUpload? Pending
    {
        get
        {
            lock (_gate)
            {
                return _isSaved
                    ? new PendingUpload(State.UploadId, State.Parts.Count, State.PartCount, State.ExpiresAt)
                    : null;
            }
        }
    }

    /// <summary>Puts a state on disk, and goes on with it whether that worked or not.</summary>
    /// <param name="state">The state.</param>
    /// <param name="toDisk">Whether it must outlast a power cut.</param>
    public void Save(UploadState state, bool toDisk = true)
    {
        lock (_gate)
        {
            State = state;
            _isSaved = slot?.TrySave(state, toDisk) == true;
        }
    }

    /// <summary>Forgets it on disk: it is done, or cannot go on.</summary>
    public void Remove()
    {
        lock (_gate)
        {
            _isSaved = false;
            slot?.Remove();
        }
    }

    /// <summary>Sends all parts that are missing. When one fails for good the others are stopped; what is at the
    /// service by then is kept.</summary>
    public async Task SendAsync(int parallel, CancellationToken cancellationToken)
    {
        HashSet<long> there = [.. State.Parts.Select(part => part.Offset)];
        _missing = new Queue<int>(
            Enumerable.Range(0, State.PartCount).Where(number => !there.Contains(number * State.PartBytes))
        );
        meter.Begin(
            UploadStage.Sending,
            State.Parts.Sum(part => State.LengthOf((int)(part.Offset / State.PartBytes))),
            there.Count,
            State.PartCount
        );
        await TaskGroup
            .RunAsync(
                Enumerable.Repeat<Func<CancellationToken, Task>>(SendMissingAsync, Math.Min(parallel, _missing.Count)),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>All ids in the order of the file.</summary>
    public IReadOnlyList<string> PartIds() => [.. State.Parts.OrderBy(part => part.Offset).Select(part => part.Id)];

    private async Task SendMissingAsync(CancellationToken cancellationToken)
    {
        while (Next() is int number)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long offset = number * State.PartBytes,
                length = State.LengthOf(number);
            FileSliceStream? sent = null;
            UploadPartResource part = await client
                .AddUploadPartAsync(
                    State.UploadId,
                    () => sent = source.Open(offset, length, isHashed: true),
                    meter.For(number),
                    cancellationToken
                )
                .ConfigureAwait(false);
            string sha256 =
                sent?.Sha256
                ?? throw new FineTuningApiException(
                    ApiErrorKind.InvalidResponse,
                    $"{client.Options.Endpoint.Authority} took a part before it had all of it."
                )
                {
                    StatusCode = 200,
                };
            lock (_gate)
            {
                Save(State.With(new UploadStatePart(offset, part.Id, sha256)), toDisk: false);
            }

            meter.Finish(number, length);
        }
    }

    private int? Next()
    {
        lock (_gate)
        {
            return _missing.Count > 0 ? _missing.Dequeue() : null;
        }
    }
}
