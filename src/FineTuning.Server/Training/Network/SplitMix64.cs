using System.Numerics.Tensors;

namespace FineTuning.Server.Training.Network;

/// <summary>
/// A small seeded random number generator (Steele, Lea and Flood's SplitMix64). The runtime's own may change between
/// versions, and a job's losses must not.
/// </summary>
internal struct SplitMix64(ulong state)
{
    private ulong _state = state;

    /// <summary>A generator for one purpose (<paramref name="stream"/>) of a run with <paramref
    /// name="seed"/>.</summary>
    public static SplitMix64 Create(int seed, ulong stream) =>
        new(Mix(unchecked((uint)seed + 0x9E3779B97F4A7C15UL)) ^ Mix(stream));

    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    public ulong Next() => Mix(_state += 0x9E3779B97F4A7C15UL);

    /// <summary>Uniform over 0 (included) to 1 (excluded).</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform over 0 to <paramref name="exclusiveMaximum"/> - 1.</summary>
    public int NextInt(int exclusiveMaximum) => (int)Math.BigMul(Next(), (ulong)exclusiveMaximum, out _);

    /// <summary>Fills with uniform values between -<paramref name="bound"/> and <paramref name="bound"/>.</summary>
    public void FillUniform(Span<float> values, double bound)
    {
        foreach (ref float value in values)
        {
            value = (float)(((NextDouble() * 2) - 1) * bound);
        }
    }

    /// <summary>An index, each drawn with its probability.</summary>
    public int Draw(ReadOnlySpan<float> probabilities)
    {
        double left = NextDouble();
        for (int i = 0; i < probabilities.Length; i++)
        {
            left -= probabilities[i];
            if (left < 0)
            {
                return i;
            }
        }

        // The probabilities add up to 1 only nearly.
        return TensorPrimitives.IndexOfMax(probabilities);
    }

    /// <summary>Fisher-Yates.</summary>
    public void Shuffle(Span<int> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = NextInt(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }
}
