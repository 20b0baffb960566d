using System.Text;
using FineTuning.Core.Datasets;
using FineTuning.Core.Datasets.Reading;
using Xunit;

namespace FineTuning.Core.Tests.Datasets.Reading;

public class BlockPipelineTests
{
    private const int Lines = 300_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public async Task Blocks_come_back_in_their_order_whoever_is_done_first(int parallel)
    {
        Pass pass = new()
        {
            // The first of every three is the slowest.
            OnWork = block => Thread.SpinWait(block.Offset / LineBlockReader.BlockBytes % 3 == 0 ? 2_000_000 : 1),
        };
        byte[] data = Numbers();
        BlockPipeline<Worker> pipeline = new(pass) { MaxLineBytes = 1000, MaxParallel = parallel };

        await pipeline.RunAsync(new MemoryStream(data), default);

        Assert.Equal(Enumerable.Range(0, Lines), pass.Merged);
        Assert.Equal(data.Length, pipeline.Bytes);
        Assert.InRange(pass.Workers, 1, parallel + 1);
        Assert.InRange(pass.MaxConcurrent, 1, parallel + 1);
    }

    [Fact]
    public async Task In_order_no_block_is_worked_on_before_the_one_before_is_merged()
    {
        int worked = 0;
        Pass pass = new() { IsInOrder = true };
        pass.OnWork = _ => Assert.Equal(pass.Blocks, worked++);

        await new BlockPipeline<Worker>(pass) { MaxLineBytes = 1000, MaxParallel = 4 }.RunAsync(
            new MemoryStream(Numbers()),
            default
        );

        Assert.True(pass.Blocks > 3);
        Assert.Equal(pass.Blocks, worked);
    }

    [Fact]
    public async Task A_merge_that_wants_no_more_stops_the_reading()
    {
        long read = 0;
        byte[] line = "12345678\n"u8.ToArray();
        Pass pass = new() { StopAfter = 3 };
        GeneratedStream endless = new(long.MaxValue, at => line[at % line.Length]) { OnRead = at => read = at };

        await new BlockPipeline<Worker>(pass) { MaxLineBytes = 1000, MaxParallel = 2 }.RunAsync(endless, default);

        Assert.Equal(3, pass.Blocks);
        Assert.InRange(read, 1, 10 * LineBlockReader.BlockBytes);
    }

    private static (ProblemCode? Signature, bool HasMark) Told(StreamStart start) =>
        (start.Signature, start.HasByteOrderMark);

    [Fact]
    public async Task The_start_is_told_once_and_can_end_it()
    {
        Pass plain = new();
        await new BlockPipeline<Worker>(plain) { MaxLineBytes = 1000 }.RunAsync(new MemoryStream([]), default);
        Assert.Equal(((ProblemCode?)null, false), Told(Assert.Single(plain.Starts)));

        Pass marked = new();
        await new BlockPipeline<Worker>(marked) { MaxLineBytes = 1000 }.RunAsync(
            new MemoryStream([0xEF, 0xBB, 0xBF, (byte)'7']),
            default
        );
        Assert.Equal(((ProblemCode?)null, true), Told(Assert.Single(marked.Starts)));
        Assert.Equal([7], marked.Merged);

        Pass zipped = new() { Begins = false };
        BlockPipeline<Worker> pipeline = new(zipped) { MaxLineBytes = 1000 };
        await pipeline.RunAsync(new MemoryStream([0x1F, 0x8B, 8, 0]), default);
        Assert.Equal(((ProblemCode?)FileSignature.Gzip, false), Told(Assert.Single(zipped.Starts)));
        Assert.Equal(0, zipped.Blocks);
        Assert.Equal(4, pipeline.Bytes);
    }

    [Fact]
    public async Task What_a_worker_throws_comes_out_when_no_worker_is_left()
    {
        int atWork = 0;
        Pass pass = new()
        {
            OnWork = block =>
            {
                Interlocked.Increment(ref atWork);
                Thread.SpinWait(100_000);
                Interlocked.Decrement(ref atWork);
                if (block.Offset > LineBlockReader.BlockBytes)
                {
                    throw new InvalidDataException("on purpose");
                }
            },
        };

        await Assert.ThrowsAsync<InvalidDataException>(() =>
            new BlockPipeline<Worker>(pass) { MaxLineBytes = 1000, MaxParallel = 4 }.RunAsync(
                new MemoryStream(Numbers()),
                default
            )
        );
        Assert.Equal(0, atWork);
    }

    [Fact]
    public async Task Cancelling_stops_workers_that_look()
    {
        using CancellationTokenSource source = new();
        Pass pass = new() { OnWork = _ => source.Cancel() };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new BlockPipeline<Worker>(pass) { MaxLineBytes = 1000 }.RunAsync(new MemoryStream(Numbers()), source.Token)
        );
        Assert.Equal(0, pass.Blocks);
    }

    [Fact]
    public void A_cursor_tells_the_lines_of_a_block_and_how_they_end()
    {
        byte[] data = "ab\r\n\n\rc\nd\r"u8.ToArray();
        LineCursor cursor = new(
            new LineBlock
            {
                Buffer = data,
                Start = 1,
                End = data.Length,
                Offset = 100,
            }
        );
        List<string> found = [];
        while (cursor.Next())
        {
            found.Add($"{Encoding.UTF8.GetString(cursor.Line).Replace('\r', '~')}@{cursor.ByteOffset} {cursor.Ending}");
        }

        Assert.Equal(["b@100 CarriageReturnLineFeed", "@103 LineFeed", "~c@104 LineFeed", "d~@107 None"], found);
        Assert.False(cursor.Next());
    }

    private static byte[] Numbers() => Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, Lines)));

    private sealed class Worker(Pass pass) : IBlockWorker
    {
        public List<int> Numbers { get; } = [];

        public void Work(LineBlock block, CancellationToken cancellationToken)
        {
            pass.Enter();
            Numbers.Clear();
            pass.OnWork(block);
            LineCursor cursor = new(block);
            while (cursor.Next())
            {
                cancellationToken.ThrowIfCancellationRequested();
                Numbers.Add(int.Parse(cursor.Line, System.Globalization.CultureInfo.InvariantCulture));
            }

            pass.Leave();
        }
    }

    private sealed class Pass : IBlockPass<Worker>
    {
        private readonly object _lock = new();
        private int _atOnce;

        public Action<LineBlock> OnWork { get; set; } = _ => { };

        public bool IsInOrder { get; init; }

        public bool Begins { get; init; } = true;

        public int StopAfter { get; init; } = int.MaxValue;

        public long Examples => Merged.Count;

        public List<int> Merged { get; } = [];

        public List<StreamStart> Starts { get; } = [];

        public int Workers { get; private set; }

        public int Blocks { get; private set; }

        public int MaxConcurrent { get; private set; }

        public void Enter()
        {
            lock (_lock)
            {
                MaxConcurrent = Math.Max(MaxConcurrent, ++_atOnce);
            }
        }

        public void Leave()
        {
            lock (_lock)
            {
                _atOnce--;
            }
        }

        public Worker CreateWorker()
        {
            Workers++;
            return new Worker(this);
        }

        public bool Begin(StreamStart start)
        {
            Starts.Add(start);
            return Begins;
        }

        public bool Merge(Worker worker, LineBlock block)
        {
            Merged.AddRange(worker.Numbers);
            return ++Blocks < StopAfter;
        }
    }
}
