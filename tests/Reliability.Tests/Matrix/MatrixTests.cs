using System.Linq;
using Xunit;
using Xunit.Abstractions;

namespace FineTuning.Reliability.Tests.Matrix;

/// <summary>What must hold in every cell, whatever the page says.</summary>
public sealed class MatrixTests(MatrixRun run, ITestOutputHelper output) : IClassFixture<MatrixRun>
{
    [Fact]
    public void Every_cell_ran()
    {
        foreach (var (operation, fault, lasts, result) in run.Results)
        {
            output.WriteLine($"{operation} | {fault} | {lasts} | {result.Error ?? "works"} | sent {result.Sent} req {result.Requests} all {result.AllRequests} | {result.Count} | {result.Message}");
        }

        Assert.Empty(run.Failures);
    }
}
