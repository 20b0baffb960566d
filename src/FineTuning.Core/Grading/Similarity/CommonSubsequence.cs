namespace FineTuning.Core.Grading.Similarity;

/// <summary>Length of the longest common subsequence, 64 rows of the usual table at a time (Hyyrö 2004, bit-vector
/// algorithm).</summary>
internal static class CommonSubsequence
{
    private const int WordBits = 64;

    /// <param name="first">Numbers that stand for characters or words.</param>
    /// <param name="second">The same kind of numbers.</param>
    public static int Length(IReadOnlyList<int> first, IReadOnlyList<int> second)
    {
        int words = (first.Count + WordBits - 1) / WordBits;
        Dictionary<int, ulong[]> places = [];
        for (int i = 0; i < first.Count; i++)
        {
            if (!places.TryGetValue(first[i], out ulong[]? bits))
            {
                // Rows of rare symbols are short: they end with the last place the symbol has.
                bits = [];
            }

            places[first[i]] = bits = Grow(bits, (i / WordBits) + 1);
            bits[i / WordBits] |= 1UL << (i % WordBits);
        }

        ulong[] row = new ulong[words];
        for (int word = 0; word < words; word++)
        {
            row[word] = ulong.MaxValue;
        }

        foreach (int symbol in second)
        {
            if (places.TryGetValue(symbol, out ulong[]? bits))
            {
                Advance(row, bits);
            }
        }

        return CountZeros(row, first.Count);
    }

    private static void Advance(ulong[] row, ulong[] bits)
    {
        ulong carry = 0;
        for (int word = 0; word < row.Length; word++)
        {
            ulong old = row[word];
            ulong matched = word < bits.Length ? old & bits[word] : 0;
            if (matched == 0 && carry == 0)
            {
                continue;
            }

            ulong sum = old + matched;
            ulong overflow = sum < old ? 1UL : 0;
            sum += carry;
            carry = overflow | (sum < carry ? 1UL : 0);
            row[word] = sum | (old - matched);
        }
    }

    private static ulong[] Grow(ulong[] bits, int length)
    {
        if (bits.Length < length)
        {
            System.Array.Resize(ref bits, length);
        }

        return bits;
    }

    private static int CountZeros(ulong[] row, int length)
    {
        int zeros = 0;
        for (int i = 0; i < length; i++)
        {
            zeros += (row[i / WordBits] >> (i % WordBits) & 1) == 0 ? 1 : 0;
        }

        return zeros;
    }
}
