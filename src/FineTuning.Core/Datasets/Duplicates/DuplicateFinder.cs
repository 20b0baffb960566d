using System.Runtime.CompilerServices;
using FineTuning.Core.Datasets.Scanning;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Duplicates;

/// <summary>
/// Finds lines that are the same, in one file or in two, in memory that hardly grows with them. During the pass over a
/// file only
/// <see cref="Add"/> is called; afterwards <see cref="Find"/> tells of every line that was there before. About a
/// million lines stay in memory, in 24 MB; more go to a temporary file that is gone when this is disposed of.
/// </summary>
/// <remarks>
/// A line is its hash, of which 104 bits are compared: among ten million lines, two different ones are taken for the
/// same with a chance of 1 in 10^17. Not safe for use by several threads at once.
/// </remarks>
internal sealed class DuplicateFinder : IDisposable
{
    private const int EntriesInMemory = 1024 * 1024;

    private readonly PartedEntries _entries = new();
    private readonly int _entriesInMemory;
    private readonly Func<Stream>? _createStream;
    private SpillFile? _spill;

    /// <summary>Makes a finder without lines. Nothing is written until there are too many for the memory.</summary>
    /// <param name="entriesInMemory">About how many lines stay in memory; for tests.</param>
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
    /// <exception cref="IOException">The temporary file could not be written; the message says where it is and what to
    /// do.</exception>
    [MethodImpl(Jit.Optimized)]
    public void Add(Hash128 hash, long line, long byteOffset, int file = 0)
    {
        _entries.Add(new Entry(hash, line, byteOffset, file));
        if (_entries.Capacity >= _entriesInMemory)
        {
            Spill();
        }
    }

    /// <summary>
    /// Tells of every line of a file that is the same as a line before it in its file, or, when it is the second, as
    /// any line of the first. More lines may be added afterwards.
    /// </summary>
    /// <param name="file">0 or 1: whose lines are told of.</param>
    /// <param name="found">Told of each line once, in no particular order.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="IOException">The temporary file could not be written or read.</exception>
    /// <exception cref="OperationCanceledException">The search was stopped.</exception>
    [MethodImpl(Jit.Optimized)]
    public void Find(int file, Action<DuplicateLine> found, CancellationToken cancellationToken)
    {
        FirstLines firstLines = new();
        for (int part = 0; part < Entry.Parts; part++)
        {
            firstLines.Clear();

            // In the order in which they were added: what was written before what is still here.
            for (
                int piece = 0;
                _spill is not null && _spill.Read(part, piece, out ReadOnlySpan<Entry> written);
                piece++
            )
            {
                cancellationToken.ThrowIfCancellationRequested();
                LookUp(written, firstLines, file, found);
            }

            int? slab = null;
            while (_entries.Next(part, ref slab, out ReadOnlySpan<Entry> kept))
            {
                cancellationToken.ThrowIfCancellationRequested();
                LookUp(kept, firstLines, file, found);
            }
        }
    }

    /// <summary>Removes the temporary file.</summary>
    public void Dispose()
    {
        _spill?.Dispose();
        _entries.Dispose();
    }

    [MethodImpl(Jit.Optimized)]
    private static void LookUp(
        ReadOnlySpan<Entry> entries,
        FirstLines firstLines,
        int file,
        Action<DuplicateLine> found
    )
    {
        for (int i = 0; i < entries.Length; i++)
        {
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
        _spill ??= new SpillFile(_createStream);
        _spill.Write(_entries);
        _entries.Clear();
    }
}
