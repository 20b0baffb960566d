using System.Text.Json;
using FineTuning.Core.Metrics;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests.Metrics;

/// <summary>The best checkpoint is chosen by a loss that all of them have.</summary>
public sealed class CheckpointRankingTests
{
    [Fact]
    public void The_whole_validation_data_count_most() =>
        AssertBest(
            2,
            "full_valid_loss",
            One(1, full: 0.3, valid: 0.1, train: 0.1),
            One(2, full: 0.2, valid: 0.9, train: 0.9)
        );

    [Fact]
    public void A_batch_of_it_counts_where_one_lacks_the_whole() =>
        AssertBest(
            1,
            "valid_loss",
            One(1, full: null, valid: 0.1, train: 0.9),
            One(2, full: 0.01, valid: 0.2, train: 0.1)
        );

    [Fact]
    public void Training_counts_last() =>
        AssertBest(
            2,
            "train_loss",
            One(1, full: null, valid: null, train: 4.77e-06),
            One(2, full: null, valid: 1, train: 1e-06)
        );

    [Fact]
    public void Of_equals_the_latest_is_best() =>
        AssertBest(3, "train_loss", One(1, train: 0.5), One(3, train: 0.5), One(2, train: 0.5));

    [Fact]
    public void A_number_that_is_none_decides_nothing() =>
        AssertBest(2, "train_loss", One(1, full: double.NaN, train: 0.5), One(2, full: 0.1, train: 0.4));

    [Fact]
    public void Of_reinforcement_the_highest_reward_counts_whatever_its_loss()
    {
        AssertBest(
            1,
            "full_valid_reward_mean",
            Rewarded(1, full: 0.9, valid: 0.1, loss: 0.9),
            Rewarded(2, full: 0.8, valid: 0.7, loss: 0.1)
        );
        AssertBest(2, "valid_reward_mean", Rewarded(1, full: 0.9, valid: 0.1), Rewarded(2, valid: 0.7));
        AssertBest(
            3,
            "train_reward_mean",
            Rewarded(1, full: 0.9, train: 0.5, loss: 0.1),
            Rewarded(3, valid: 1, train: 0.5, loss: 0.2)
        );
    }

    [Fact]
    public void A_validation_loss_counts_before_a_reward() =>
        AssertBest(
            2,
            "valid_loss",
            Rewarded(1, full: 0.9) with
            {
                Metrics = new() { ValidLoss = 0.3 },
            },
            Rewarded(2, full: 0.1) with
            {
                Metrics = new() { ValidLoss = 0.2 },
            }
        );

    [Theory]
    [InlineData("full_valid")]
    [InlineData("valid")]
    [InlineData("train")]
    public void Rewards_are_known_by_both_of_their_names(string of)
    {
        string name = of + "_mean_reward";
        CheckpointResource other = Named(2, name, "0.7");
        AssertBest(2, name, Named(1, name, "0.5"), other);
        MeanReward?[] rewards =
        [
            MeanReward.OfFullValidation(other.Metrics),
            MeanReward.OfValidation(other.Metrics),
            MeanReward.OfTraining(other.Metrics),
        ];
        Assert.Equal(new MeanReward(name, 0.7), Assert.Single(rewards, reward => reward is not null));
    }

    [Fact]
    public void A_reward_that_is_no_number_decides_nothing()
    {
        CheckpointResource odd = Named(1, "train_reward_mean", "\"0.5\"");
        Assert.Null(MeanReward.OfTraining(odd.Metrics));
        Assert.Null(CheckpointRanking.Best([odd]));
    }

    [Fact]
    public void Without_a_common_loss_there_is_no_best()
    {
        Assert.Null(CheckpointRanking.Best([]));
        Assert.Null(CheckpointRanking.Best([One(1, train: 0.1), new CheckpointResource { StepNumber = 2 }]));
    }

    private static CheckpointResource One(long step, double? full = null, double? valid = null, double? train = null) =>
        new()
        {
            StepNumber = step,
            Metrics = new CheckpointMetrics
            {
                FullValidLoss = full,
                ValidLoss = valid,
                TrainLoss = train,
            },
        };

    private static CheckpointResource Named(long step, string name, string value) =>
        new()
        {
            StepNumber = step,
            Metrics = new CheckpointMetrics
            {
                AdditionalFields = new Dictionary<string, JsonElement> { [name] = JsonElement.Parse(value) },
            },
        };

    private static CheckpointResource Rewarded(
        long step,
        double? full = null,
        double? valid = null,
        double? train = null,
        double? loss = null
    )
    {
        var fields = new Dictionary<string, JsonElement>();
        foreach (
            (string name, double? value) in new[]
            {
                ("full_valid_reward_mean", full),
                ("valid_reward_mean", valid),
                ("train_reward_mean", train),
            }
        )
        {
            if (value is double number)
            {
                fields[name] = JsonSerializer.SerializeToElement(number);
            }
        }

        return new()
        {
            StepNumber = step,
            Metrics = new CheckpointMetrics { TrainLoss = loss, AdditionalFields = fields },
        };
    }

    private static void AssertBest(long step, string by, params CheckpointResource[] checkpoints)
    {
        foreach (IEnumerable<CheckpointResource> order in new[] { checkpoints, checkpoints.Reverse() })
        {
            (CheckpointResource Checkpoint, string By)? best = CheckpointRanking.Best([.. order]);
            Assert.Equal((step, by), (best?.Checkpoint.StepNumber, best?.By));
        }
    }
}
