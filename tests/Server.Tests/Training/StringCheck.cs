using System.Text.Json;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Tests.Training;

/// <summary>Rewards the item's reference answer and nothing else; can do something else for a sample.</summary>
internal sealed class StringCheck(Func<int, CancellationToken, Task<SampleReward>?>? instead = null) : IRewardSource
{
    private int _count;

    /// <summary>Every sample that was graded.</summary>
    public List<string> Samples { get; } = [];

    public Task<SampleReward> GradeAsync(string sample, JsonElement item, CancellationToken cancellationToken)
    {
        Samples.Add(sample);
        return instead?.Invoke(++_count, cancellationToken)
            ?? Task.FromResult(new SampleReward(sample == item.GetProperty("reference_answer").GetString() ? 1 : 0));
    }
}
