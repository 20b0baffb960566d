using System.Text.Json;

namespace FineTuning.Server.Training.Contracts;

/// <summary>Scores the samples of a reinforcement job. May be called by several threads at a time.</summary>
public interface IRewardSource
{
    /// <summary>Grades one sample.</summary>
    /// <param name="sample">The text that the model made.</param>
    /// <param name="item">The line of the dataset it answers.</param>
    /// <param name="cancellationToken">Ends the grading.</param>
    Task<SampleReward> GradeAsync(string sample, JsonElement item, CancellationToken cancellationToken);
}
