using FineTuning.Server.Training.Network;

namespace FineTuning.Server.Training.Data;

/// <summary>
/// Describes the output so far as feature keys: how far it is (roughly and exactly), each of the last tokens by itself,
/// the last two to four together, and which tokens came a little earlier, in no order.
/// </summary>
internal static class OutputContext
{
    /// <summary>The most keys of one position.</summary>
    public const int MaxKeys = 3 + Window + (Window - 1) + (Memory - Window);

    /// <summary>Tokens whose place is told.</summary>
    private const int Window = 4;

    /// <summary>Tokens looked back on.</summary>
    private const int Memory = 16;

    /// <summary>Positions told apart; later ones are alike.</summary>
    private const int Positions = 255;

    /// <summary>Writes the keys for the token that follows <paramref name="before"/>, and returns their
    /// number.</summary>
    public static int Fill(ReadOnlySpan<ushort> before, Span<ulong> keys)
    {
        int count = 0;
        int position = Math.Min(before.Length, Positions);
        keys[count++] = Key(0x1001, (ulong)position);
        if (position > 0)
        {
            keys[count++] = Key(0x1008, (ulong)position / 8);
            keys[count++] = Key(0x1032, (ulong)position / 32);
        }

        ulong together = 0x70E7UL;
        for (int back = 1; back <= Memory && back <= before.Length; back++)
        {
            ushort token = before[^back];
            keys[count++] = Key((ulong)Math.Min(back, Window + 1), token);
            if (back <= Window)
            {
                together = Key(together, token);
                if (back > 1)
                {
                    keys[count++] = together;
                }
            }
        }

        return count;
    }

    private static ulong Key(ulong kind, ulong value) => SplitMix64.Mix((kind * 0x9E3779B97F4A7C15UL) + value + 1);
}
