using System.Collections.Concurrent;
using Xunit;

namespace FineTuning.Reliability.Tests.Matrix;

/// <summary>All cells, each run once for all tests that look at them.</summary>
public sealed class MatrixRun : IAsyncLifetime
{
    // Many cells wait for a time-out.
    private const int Lanes = 8;

    private readonly ConcurrentDictionary<(Operation, Fault, bool Lasts), CellResult> _results = new();
    private readonly ConcurrentQueue<string> _failures = new();

    /// <summary>What the tests of an operation themselves found wrong, such as a missing event.</summary>
    internal IReadOnlyCollection<string> Failures => _failures;

    /// <summary>Connections that came to the host of a redirect, and requests that came through a bad
    /// certificate.</summary>
    internal int Betrayals { get; private set; }

    internal IEnumerable<(Operation Operation, Fault Fault, bool Lasts, CellResult Result)> Results =>
        from operation in Operations.All
        from fault in Fault.All
        from lasts in new[] { false, true }
        where _results.ContainsKey((operation, fault, lasts))
        select (operation, fault, lasts, _results[(operation, fault, lasts)]);

    internal CellResult? Find(Operation operation, Fault fault, bool lasts) =>
        _results.GetValueOrDefault((operation, fault, lasts));

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        ConcurrentQueue<(Operation Operation, Fault Fault, bool Lasts)> cells = new(
            from fault in Fault.All
            from operation in Operations.All
            where operation.Has(fault)
            from lasts in fault.Passes ? [false, true] : new[] { true }
            select (operation, fault, lasts)
        );
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(_ => Task.Run(() => RunLaneAsync(cells))));
    }

    /// <inheritdoc/>
    public Task DisposeAsync() => Task.CompletedTask;

    private async Task RunLaneAsync(ConcurrentQueue<(Operation Operation, Fault Fault, bool Lasts)> cells)
    {
        await using Lane lane = await Lane.StartAsync();
        while (cells.TryDequeue(out (Operation Operation, Fault Fault, bool Lasts) cell))
        {
            try
            {
                _results[cell] = await Cell.RunAsync(lane, cell.Operation, cell.Fault, cell.Lasts);
            }
            catch (Exception e)
            {
                _failures.Enqueue(
                    $"{cell.Operation}, {cell.Fault}, {(cell.Lasts ? "lasting" : "once")}: {e.GetType().Name}: "
                        + $"{e.Message}"
                );
            }
        }

        lock (_results)
        {
            Betrayals += lane.Other.Connections + lane.Tls.Requests;
        }
    }
}
