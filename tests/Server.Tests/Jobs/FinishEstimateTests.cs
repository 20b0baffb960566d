using FineTuning.Server.Jobs;
using Xunit;

namespace FineTuning.Server.Tests.Jobs;

public sealed class FinishEstimateTests
{
    private static List<double> Ends(int totalSteps, int first, Func<int, double> seconds, double reading = 5)
    {
        FinishEstimate estimate = new();
        double now = reading;
        List<double> ends = [];
        for (int step = first; step <= totalSteps; step++)
        {
            now += seconds(step);
            TimeSpan? left = estimate.Next(step, totalSteps, TimeSpan.FromSeconds(now));
            Assert.Equal(step > first, left is not null);
            if (left is { } known)
            {
                ends.Add(now + known.TotalSeconds);
            }
        }

        Assert.Equal(now, ends[^1], 3);
        return ends;
    }

    [Fact]
    public void An_even_pace_is_known_from_the_second_step_and_the_reading_does_not_count()
    {
        Assert.All(Ends(100, 1, _ => 2), end => Assert.Equal(205, end, 3));
    }

    [Fact]
    public void Steps_that_are_not_told_of_count()
    {
        FinishEstimate estimate = new();
        estimate.Next(10, 100, TimeSpan.FromSeconds(20));

        Assert.Equal(160, estimate.Next(20, 100, TimeSpan.FromSeconds(40))!.Value.TotalSeconds, 3);
    }

    [Fact]
    public void Slow_steps_with_validation_do_not_shake_it_and_it_tightens()
    {
        // Every tenth step takes ten times as long.
        List<double> ends = Ends(400, 1, step => step % 10 == 0 ? 10 : 1);
        double end = ends[^1];
        double Worst(int from, int count) => ends.Skip(from).Take(count).Max(estimate => Math.Abs(estimate - end));
        Assert.True(Worst(40, 40) < 0.25 * end, $"{Worst(40, 40)} of {end}");
        Assert.True(Worst(200, 40) < 0.5 * Worst(40, 40));
        Assert.True(Worst(380, 19) < 0.5 * Worst(200, 40));
    }

    [Fact]
    public void A_resumed_run_is_measured_by_its_own_steps()
    {
        Assert.All(Ends(100, 61, _ => 2, reading: 30), end => Assert.Equal(110, end, 3));
    }

    [Fact]
    public void A_change_of_pace_is_followed()
    {
        // The machine becomes four times as slow after a quarter of the plan.
        List<double> ends = Ends(400, 1, step => step <= 100 ? 1 : 4);
        double end = ends[^1];
        Assert.InRange(ends[250], 0.9 * end, 1.1 * end);
    }
}
