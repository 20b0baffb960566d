using System.Runtime.InteropServices;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Duplicates;

// A line as the finder keeps it: 104 bits of the hash, the file, 39 bits of the line and 48 of its place.
[StructLayout(LayoutKind.Sequential)]
internal readonly struct Entry(Hash128 hash, long line, long byteOffset, int file)
{
    public const int Bytes = 24;
    public const int Parts = 1 << PartBits;

    private const int PartBits = 8;
    private const int LineBits = 39;
    private const int OffsetBits = 48;
    private const ulong LineMask = (1UL << LineBits) - 1;

    public ulong Low { get; } = hash.Low;

    private readonly ulong _highAndLine =
        (hash.High & ~0xFF_FFFFUL) | ((ulong)file << 23) | (((ulong)line & LineMask) >> 16);
    private readonly ulong _lineAndOffset =
        ((ulong)line << OffsetBits) | ((ulong)byteOffset & ((1UL << OffsetBits) - 1));

    public ulong High => _highAndLine >> 24;

    public int Part => (int)(_highAndLine >> (64 - PartBits));

    public int File => (int)(_highAndLine >> 23) & 1;

    public long Line => (long)(((_highAndLine & 0x7F_FFFF) << 16) | (_lineAndOffset >> OffsetBits));

    public long ByteOffset => (long)(_lineAndOffset & ((1UL << OffsetBits) - 1));
}
