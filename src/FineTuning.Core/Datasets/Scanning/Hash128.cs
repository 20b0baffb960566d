using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Scanning;

// A fast 128-bit hash in the manner of wyhash: two lanes of folded 64 x 64 bit products. It is good enough to take
// equal hashes for equal lines (among ten million, all bits say so of two different ones with a chance of 1 in 10^24),
// and is not meant against someone who makes collisions on purpose.
internal readonly struct Hash128(ulong high, ulong low) : IEquatable<Hash128>
{
    private const ulong K0 = 0xA0761D6478BD642F;
    private const ulong K1 = 0xE7037ED1A0B428DB;
    private const ulong K2 = 0x8EBC6AF09C88C6E3;
    private const ulong K3 = 0x589965CC75374CC3;

    public ulong High { get; } = high;

    public ulong Low { get; } = low;

    [MethodImpl(Jit.Optimized)]
    public static Hash128 Of(ReadOnlySpan<byte> data, ulong seed = 0)
    {
        ulong a = K0 ^ seed ^ (ulong)data.Length;
        ulong b = K1 + seed + (ulong)data.Length;
        ulong x,
            y;
        if (data.Length < 16)
        {
            x = ReadUpTo8(data.Slice(0, Math.Min(data.Length, 8)));
            y = data.Length > 8 ? ReadUpTo8(data.Slice(8)) : 0;
        }
        else
        {
            // The last 16 bytes, of which some were read before as a rule.
            x = BinaryPrimitives.ReadUInt64LittleEndian(data.Slice(data.Length - 16));
            y = BinaryPrimitives.ReadUInt64LittleEndian(data.Slice(data.Length - 8));
            for (; data.Length > 16; data = data.Slice(16))
            {
                ulong p = BinaryPrimitives.ReadUInt64LittleEndian(data);
                ulong q = BinaryPrimitives.ReadUInt64LittleEndian(data.Slice(8));
                a = Fold(a ^ p, K2 ^ q);
                b = Fold(b ^ q, K3 ^ p) + p;
            }
        }

        a = Fold(a ^ x, K2 ^ y);
        b = Fold(b ^ y, K3 ^ x) + x;
        return new Hash128(Fold(a ^ K1, b ^ K2), Fold(b ^ K0, a ^ K3) ^ a);
    }

    public bool Equals(Hash128 other) => High == other.High && Low == other.Low;

    public override bool Equals(object? obj) => obj is Hash128 other && Equals(other);

    public override int GetHashCode() => (int)Low;

    [MethodImpl(Jit.Optimized)]
    private static ulong ReadUpTo8(ReadOnlySpan<byte> data)
    {
        ulong value = 0;
        for (int i = 0; i < data.Length; i++)
        {
            value |= (ulong)data[i] << (8 * i);
        }

        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong x, ulong y)
    {
#if NET
        ulong high = Math.BigMul(x, y, out ulong low);
        return high ^ low;
#else
        ulong xl = (uint)x,
            xh = x >> 32,
            yl = (uint)y,
            yh = y >> 32;
        ulong ll = xl * yl,
            lh = xl * yh,
            hl = xh * yl,
            hh = xh * yh;
        ulong middle = (ll >> 32) + (uint)lh + (uint)hl;
        ulong high = hh + (lh >> 32) + (hl >> 32) + (middle >> 32);
        ulong low = (middle << 32) | (uint)ll;
        return high ^ low;
#endif
    }
}
