using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Duplicates;

/// <summary>
/// Finds lines that are the same, in one file or in two, in memory that hardly grows with them. During the pass over a file only
/// <see cref="Add"/> is called; afterwards <see cref="Find"/> tells of every line that was there before. Some 250,000 lines stay in memory;
/// more go to a temporary file that is gone when this is disposed of.
/// </summary>
/// <remarks>
/// A line is its hash, of which 104 bits are compared: among ten million lines, two different ones are taken for the same with a chance of
/// 1 in 10^17. Not safe for use by several threads at once.
/// </remarks>
internal sealed class DuplicateFinder : IDisposable
{
    // 6 MB, and as much again while they are put in order.
    private const int EntriesInMemory = 256 * 1024;

    // Small enough for the small-object heap, so that a file of ten lines costs little.
    private const int ChunkEntries = 2048;

    private readonly int _entriesInMemory;
    private readonly Func<Stream>? _createStream;
    private readonly List<Entry[]> _chunks = [];
    private readonly int[] _starts = new int[Entry.Parts + 1];
    private byte[] _sorted = [];
    private int _count;
    private SpillFile? _spill;

    /// <summary>Makes a finder without lines. Nothing is written until there are too many for the memory.</summary>
    /// <param name="entriesInMemory">How many lines stay in memory; for tests.</param>
    /// <param name="createStream">Makes what the others are written to; null for a temporary file. For tests.</param>
    public DuplicateFinder(int entriesInMemory = EntriesInMemory, Func<Stream>? createStream = null)
    {
        _entriesInMemory = entriesInMemory;
        _createStream = createStream;
    }

    /// <summary>Remembers a line. The lines of a file are added in their order.</summary>
    /// <param name="hash">The hash of what is compared.</param>
    /// <param name="line">The number of the line, from 1 to 2^39 - 1.</param>
    /// <param name="byteOffset">Where the line starts in its file, in bytes; less than 2^48.</param>
    /// <param name="file">0 for the first file, 1 for a second one that is added after it.</param>
    /// <exception cref="IOException">The temporary file could not be written; the message says where it is and what to do.</exception>
    [MethodImpl(Jit.Optimized)]
    public void Add(Hash128 hash, long line, long byteOffset, int file = 0)
    {
        if (_count == _entriesInMemory)
        {
            Spill();
        }

        int chunk = _count / ChunkEntries;
        if (chunk == _chunks.Count)
        {
            _chunks.Add(new Entry[ChunkEntries]);
        }

        _chunks[chunk][_count % ChunkEntries] = new Entry(hash, line, byteOffset, file);
        _count++;
    }

    /// <summary>
    /// Tells of every line of a file that is the same as a line before it in its file, or, when it is the second, as any line of the first. More lines
    /// may be added afterwards.
    /// </summary>
    /// <param name="file">0 or 1: whose lines are told of.</param>
    /// <param name="found">Told of each line once, in no particular order.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="IOException">The temporary file could not be written or read.</exception>
    /// <exception cref="OperationCanceledException">The search was stopped.</exception>
    public void Find(int file, Action<DuplicateLine> found, CancellationToken cancellationToken)
    {
        if (_spill is not null)
        {
            Spill();
        }
        else
        {
            Sort();
        }

        FirstLines firstLines = new();
        for (int part = 0; part < Entry.Parts; part++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            firstLines.Clear();
            if (_spill is null)
            {
                LookUp(Sorted.Slice(_starts[part], _starts[part + 1] - _starts[part]), firstLines, file, found, cancellationToken);
                continue;
            }

            // In the order in which they were written, which is that of the lines.
            for (int run = 0; run < _spill.RunCount; run++)
            {
                int count = _spill.Read(run, part, _sorted);
                LookUp(Sorted.Slice(0, count), firstLines, file, found, cancellationToken);
            }
        }
    }

    /// <summary>Removes the temporary file.</summary>
    public void Dispose() => _spill?.Dispose();

    private Span<Entry> Sorted => MemoryMarshal.Cast<byte, Entry>(_sorted.AsSpan());

    [MethodImpl(Jit.Optimized)]
    private static void LookUp(
        ReadOnlySpan<Entry> entries, FirstLines firstLines, int file, Action<DuplicateLine> found, CancellationToken cancellationToken)
    {
        for (int i = 0; i < entries.Length; i++)
        {
            if (i % ChunkEntries == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            Entry entry = entries[i];
            (long inFirst, long inSecond) = firstLines.FindOrAdd(in entry);
            long same = entry.File == 0 ? inFirst : inSecond;
            long other = entry.File == 0 ? 0 : inFirst;
            if ((same | other) != 0 && entry.File == file)
            {
                found(new DuplicateLine(entry.Line, entry.ByteOffset, same, other));
            }
        }
    }

    private void Spill()
    {
        if (_count == 0)
        {
            return;
        }

        Sort();
        _spill ??= new SpillFile(_createStream);
        _spill.Write(_sorted, _starts);
        _count = 0;
    }

    // Puts the lines that are in memory into the order of their parts, and leaves those of one part in their order.
    [MethodImpl(Jit.Optimized)]
    private void Sort()
    {
        if (_sorted.Length < _count * Entry.Bytes)
        {
            _sorted = new byte[_count * Entry.Bytes];
        }

        Array.Clear(_starts, 0, _starts.Length);
        for (int i = 0; i < _count; i++)
        {
            _starts[_chunks[i / ChunkEntries][i % ChunkEntries].Part + 1]++;
        }

        int[] next = new int[Entry.Parts];
        for (int part = 0; part < Entry.Parts; part++)
        {
            next[part] = _starts[part];
            _starts[part + 1] += _starts[part];
        }

        Span<Entry> sorted = Sorted;
        for (int i = 0; i < _count; i++)
        {
            ref Entry entry = ref _chunks[i / ChunkEntries][i % ChunkEntries];
            sorted[next[entry.Part]++] = entry;
        }
    }
}
