using System;

namespace FineTuning.Server.Training;

/// <summary>
/// Describes the output so far as feature keys: how far it is, each of the last tokens by itself, and the last two to four together.
/// </summary>
internal static class OutputContext
{
    /// <summary>The most keys of one position.</summary>
    public const int MaxKeys = 1 + Window + (Window - 1);

    /// <summary>Tokens looked back on.</summary>
    private const int Window = 4;

    /// <summary>Positions told apart; later ones are alike.</summary>
    private const int Positions = 16;

    /// <summary>Writes the keys for the token that follows <paramref name="before"/>, and returns their number.</summary>
    public static int Fill(ReadOnlySpan<ushort> before, Span<ulong> keys)
    {
        var count = 0;
        keys[count++] = Key(0x9051, (ulong)Math.Min(before.Length, Positions));
        var together = 0x70E7UL;
        for (var back = 1; back <= Window && back <= before.Length; back++)
        {
            var token = before[^back];
            keys[count++] = Key((ulong)back, token);
            together = Key(together, token);
            if (back > 1)
            {
                keys[count++] = together;
            }
        }

        return count;
    }

    private static ulong Key(ulong kind, ulong value) => SplitMix64.Mix((kind * 0x9E3779B97F4A7C15UL) + value + 1);
}
