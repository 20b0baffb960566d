using System.Text.Json;
using FineTuning.Core.Grading;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Jobs;

/// <summary>Scores the samples of a reinforcement job with its grader.</summary>
internal sealed class GraderRewards(LocalGrader grader) : IRewardSource
{
    /// <exception cref="TrainingException">The grader, which was fine when the job was created, can no longer
    /// work.</exception>
    public static GraderRewards Create(JsonElement definition, GraderServices services)
    {
        try
        {
            return new GraderRewards(LocalGrader.Create(definition, services));
        }
        catch (GraderException e)
        {
            throw new TrainingException(
                $"The job's grader cannot be used: {e.Message} {e.Fix}",
                "invalid_grader",
                "method.reinforcement.grader",
                e
            );
        }
    }

    public async Task<SampleReward> GradeAsync(string sample, JsonElement item, CancellationToken cancellationToken)
    {
        GradeResult result = await grader.GradeAsync(sample, item, cancellationToken).ConfigureAwait(false);
        return new SampleReward(
            result.Reward,
            result.Errors.Any ? result.Errors.Message ?? "The grader failed and did not say why." : null
        );
    }
}
