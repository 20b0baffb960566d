using FineTuning.Core.Tests.Support;
using FineTuning.Core.Threading;
using Xunit;

namespace FineTuning.Core.Tests.Threading;

public sealed class OrderedWorkTests
{
    [Fact]
    public async Task Results_come_in_the_order_of_adding_however_long_each_takes()
    {
        using var work = new OrderedWork<int>(4);
        TaskCompletionSource[] gates = Enumerable.Range(0, 4).Select(_ => new TaskCompletionSource()).ToArray();
        for (int i = 0; i < 4; i++)
        {
            int number = i;
            work.Add(async _ =>
            {
                await gates[number].Task;
                return number;
            });
        }

        // The last is done first.
        List<int> results = [];
        var taking = Task.Run(async () =>
        {
            while (work.Count > 0)
            {
                results.Add(await work.TakeAsync());
            }
        });
        foreach (TaskCompletionSource gate in gates.Reverse())
        {
            gate.SetResult();
        }

        await taking.WaitAsync(Testing.Timeout);
        Assert.Equal([0, 1, 2, 3], results);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(16)]
    public async Task Never_more_run_than_may_and_what_waits_is_bounded(int atOnce)
    {
        using var work = new OrderedWork<int>(atOnce);
        int running = 0,
            most = 0,
            held = 0;
        List<int> results = [];
        for (int i = 0; i < 300; i++)
        {
            int number = i;
            work.Add(async _ =>
            {
                int now = Interlocked.Increment(ref running);
                lock (results)
                {
                    most = Math.Max(most, now);
                }

                await Task.Yield();
                Interlocked.Decrement(ref running);
                return number;
            });
            held = Math.Max(held, work.Count);
            while (work.IsFull)
            {
                results.Add(await work.TakeAsync());
            }
        }

        while (work.Count > 0)
        {
            results.Add(await work.TakeAsync());
        }

        Assert.Equal(Enumerable.Range(0, 300), results);
        Assert.InRange(most, 1, atOnce);
        Assert.InRange(held, 1, atOnce == 1 ? 1 : atOnce * 4);
    }

    [Fact]
    public async Task Stopping_ends_what_runs_and_what_waits_and_waits_for_it()
    {
        using var work = new OrderedWork<int>(2);
        int ended = 0;
        var begun = new CountdownEvent(2);
        for (int i = 0; i < 8; i++)
        {
            work.Add(async token =>
            {
                begun.Signal();
                try
                {
                    await Task.Delay(Timeout.Infinite, token);
                }
                finally
                {
                    Interlocked.Increment(ref ended);
                }

                return 0;
            });
        }

        Assert.True(begun.Wait(Testing.Timeout));
        await work.StopAsync().WaitAsync(Testing.Timeout);
        Assert.Equal((2, 0), (ended, work.Count));
    }

    [Fact]
    public async Task What_work_throws_comes_out_where_its_result_would()
    {
        using var work = new OrderedWork<int>(2);
        work.Add(_ => Task.FromResult(1));
        work.Add(_ => throw new InvalidOperationException("second"));
        work.Add(_ => Task.FromResult(3));
        Assert.Equal(1, await work.TakeAsync());
        Assert.Equal("second", (await Assert.ThrowsAsync<InvalidOperationException>(() => work.TakeAsync())).Message);
        Assert.Equal(3, await work.TakeAsync());
    }

    [Fact]
    public void Nothing_at_once_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new OrderedWork<int>(0));
}
