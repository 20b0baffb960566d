using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace FineTuning.Core.Tokenization;

// The first sixteen bytes of a piece, and a hash of all of it. Two pieces of the same length up to sixteen are equal if
// these are.
internal readonly struct PieceKey
{
    public const int MaxBytes = 16;
    private const ulong K0 = 0x9E3779B97F4A7C15;
    private const ulong K1 = 0xC2B2AE3D27D4EB4F;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PieceKey(ReadOnlySpan<byte> text, int start, int length)
    {
        Low = Load(text, start, Math.Min(length, 8));
        High = length > 8 ? Load(text, start + 8, Math.Min(length - 8, 8)) : 0;
        ulong hash = Mix(Mix((ulong)length, Low), High);
        for (int i = MaxBytes; i < length; i += 8)
        {
            hash = Mix(hash, Load(text, start + i, Math.Min(length - i, 8)));
        }

        Hash = hash;
    }

    public ulong Low { get; }

    public ulong High { get; }

    public ulong Hash { get; }

    // Its best bits are the high ones.
    private static ulong Mix(ulong hash, ulong value)
    {
        hash = (hash ^ value) * K0;
        return (hash ^ (hash >> 32)) * K1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Load(ReadOnlySpan<byte> text, int start, int length)
    {
        // What stands behind the piece is read too and cut off, but for the last bytes of the text.
        return start + 8 <= text.Length
            ? BinaryPrimitives.ReadUInt64LittleEndian(text.Slice(start)) & (ulong.MaxValue >> (64 - (8 * length)))
            : LoadAtEnd(text, start, length);
    }

    private static ulong LoadAtEnd(ReadOnlySpan<byte> text, int start, int length)
    {
        ulong value = 0;
        for (int i = 0; i < length; i++)
        {
            value |= (ulong)text[start + i] << (8 * i);
        }

        return value;
    }
}
