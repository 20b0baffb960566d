using System.Globalization;
using System.Text.Json;
using FineTuning.Core.Metrics;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests.Metrics;

public sealed class StepMetricsTests
{
    [Theory]
    [InlineData("""{"step":3}""", "m", 3, null, null, null)]
    [InlineData("""{"step":3,"total_steps":9,"train_loss":4.77e-06,"valid_loss":1}""", "m", 3, 9, 4.77e-06, 1.0)]
    [InlineData("""{"step":3.0,"train_loss":null,"valid_loss":"0.5"}""", "m", 3, null, null, null)]
    [InlineData("""{"step":0,"total_steps":-1}""", "m", 0, null, null, null)]
    [InlineData("""{"step":2147483647}""", "m", int.MaxValue, null, null, null)]
    [InlineData("{}", "Step 88/91: training loss=0.04, validation loss=0.10", 88, 91, 0.04, 0.1)]
    [InlineData("null", "Step 88/91: training loss=0.04", 88, 91, 0.04, null)]
    [InlineData("[]", "Step 5: training loss=1e-3", 5, null, 0.001, null)]
    [InlineData("\"text\"", "Step 5: training loss=-1.5E+1 and more", 5, null, -15.0, null)]
    [InlineData("""{"step":-1}""", "Step 5: training loss=2", 5, null, 2.0, null)]
    [InlineData("""{"step":1e300}""", "Step 5: training loss=2", 5, null, 2.0, null)]
    [InlineData("""{"step":"3"}""", "Step 5: training loss=.", 5, null, null, null)]
    public void The_numbers_come_from_the_data_or_the_sentence(
        string data,
        string message,
        int step,
        int? total,
        double? train,
        double? valid
    )
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE");
            StepMetrics metrics = StepMetrics.FromEvent(Event(data, message))!;
            Assert.Equal(
                (step, total, train, valid),
                (metrics.Step, metrics.TotalSteps, metrics.TrainLoss, metrics.ValidLoss)
            );
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("null", "")]
    [InlineData("{}", "Fine-tuning job started")]
    [InlineData("""{"train_loss":1}""", "m")]
    [InlineData("null", "step 5: training loss=2")]
    [InlineData("null", "The Step 5: training loss=2")]
    [InlineData("null", "Step 12345678901: training loss=2")]
    [InlineData("null", "Step x: training loss=2")]
    [InlineData("null", "Step 5: training loss=nan")]
    [InlineData("null", "New checkpoint created")]
    public void Other_events_have_no_numbers(string data, string message) =>
        Assert.Null(StepMetrics.FromEvent(Event(data, message)));

    [Theory]
    [InlineData("train_mean_token_accuracy")]
    [InlineData("train_accuracy")]
    public void Accuracy_has_two_names(string name) =>
        Assert.Equal(0.75, StepMetrics.FromEvent(Event("{\"step\":1,\"" + name + "\":0.75}", "m"))!.TrainAccuracy);

    [Fact]
    public void The_full_validation_loss_is_read() =>
        Assert.Equal(0.5, StepMetrics.FromEvent(Event("""{"step":1,"full_valid_loss":0.5}""", "m"))!.FullValidLoss);

    [Fact]
    public void No_event_has_no_numbers() => Assert.Null(StepMetrics.FromEvent(null!));

    private static EventResource Event(string data, string message) =>
        JsonSerializer.Deserialize(
            Testing.Event("e", message: message, more: ",\"type\":\"metrics\",\"data\":" + data),
            WireContext.Default.EventResource
        )!;
}
