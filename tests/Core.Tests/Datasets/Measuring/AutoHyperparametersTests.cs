using FineTuning.Core.Datasets;
using FineTuning.Core.Datasets.Measuring;
using Xunit;

namespace FineTuning.Core.Tests.Datasets.Measuring;

public class AutoHyperparametersTests
{
    // Epochs by the rule of OpenAI's cookbook, worked out by hand.
    [Theory]
    [InlineData(1, 25, 1)]
    [InlineData(10, 10, 1)]
    [InlineData(33, 3, 1)]
    [InlineData(34, 3, 1)]
    [InlineData(1000, 3, 2)]
    [InlineData(8333, 3, 17)]
    [InlineData(8334, 2, 17)]
    [InlineData(30_000, 1, 60)]
    [InlineData(1_000_000, 1, 256)]
    public void Follow_the_number_of_examples(long examples, int epochs, int batch) =>
        Assert.Equal(
            (epochs, batch),
            AutoHyperparameters.Settle("gpt-4o-mini", DatasetFormat.Chat, examples, null, null)
        );

    [Theory]
    [InlineData("local-small", DatasetFormat.Chat, 1, 25, 1)]
    [InlineData("local-small", DatasetFormat.Chat, 10, 25, 1)]
    [InlineData("local-small", DatasetFormat.Chat, 160, 25, 2)]
    [InlineData("local-small", DatasetFormat.Chat, 400, 10, 4)]
    [InlineData("local-small", DatasetFormat.Chat, 1300, 4, 13)]
    [InlineData("local-small", DatasetFormat.Chat, 2000, 3, 20)]
    [InlineData("local-small", DatasetFormat.Chat, 100_000, 3, 64)]
    [InlineData("local-small", DatasetFormat.Chat, 150_000, 2, 64)]
    [InlineData("local-small", DatasetFormat.Chat, 2_000_000, 1, 64)]
    [InlineData("ft:local-small:local::abc", DatasetFormat.Chat, 400, 10, 4)]
    [InlineData("local-small", DatasetFormat.Preference, 400, 4, 4)]
    [InlineData("local-small", DatasetFormat.Reinforcement, 400, 4, 8)]
    [InlineData("local-small", DatasetFormat.Reinforcement, 2, 10, 2)]
    public void Are_the_local_servers_for_its_own_model(
        string model,
        DatasetFormat format,
        long examples,
        int epochs,
        int batch
    ) => Assert.Equal((epochs, batch), AutoHyperparameters.Settle(model, format, examples, null, null));

    [Fact]
    public void What_is_given_is_kept_and_a_batch_is_no_larger_than_the_file()
    {
        Assert.Equal((7, 5), AutoHyperparameters.Settle("gpt-4o", DatasetFormat.Chat, 5, 7, 64));
        Assert.Equal((0, 0), AutoHyperparameters.Settle("gpt-4o", DatasetFormat.Unknown, 0, 3, 1));
    }
}
