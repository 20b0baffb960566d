using FineTuning.Core.Jobs;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests.Jobs;

/// <summary>Words of other services for the end of a job, and none at all.</summary>
public sealed class OtherEndTests : JobWaiting
{
    [Theory]
    [InlineData("completed", "", "succeeded")]
    [InlineData("SUCCESS", "", "succeeded")]
    [InlineData("error", "", "failed")]
    [InlineData("errored", "", "failed")]
    [InlineData("expired", "", "failed")]
    [InlineData("deleted", "", "cancelled")]
    [InlineData("stopped", "", "cancelled")]
    [InlineData("archived", ",\"finished_at\":1758849620", "archived")]
    [InlineData("", ",\"finished_at\":1758849620", "")]
    [InlineData("archived", "", null)]
    [InlineData("archived", ",\"finished_at\":0", null)]
    [InlineData("running", ",\"finished_at\":1758849620", null)]
    [InlineData("paused", ",\"finished_at\":1758849620", null)]
    [InlineData("", "", null)]
    public async Task A_wait_ends_with_words_that_mean_an_end(string word, string more, string? end)
    {
        Service.SetJob("j", word, more);
        WaitOutcome outcome = Assert.Single(
            await WaitAsync(["j"], new WaitOptions { Timeout = TimeSpan.FromMinutes(1) })
        );
        Assert.Null(outcome.Failure);
        Assert.Equal(end is null, outcome.TimedOut);
        Assert.Equal(word, outcome.Job!.Status.Value);
        if (end is not null)
        {
            Assert.Equal(new JobStatus(end), outcome.Job.Status);
        }
    }
}
