namespace FineTuning.Core.Http;

/// <summary>Random numbers for back-offs. Safe for use by many threads, which <see cref="Random"/> is not.</summary>
internal static class SharedRandom
{
    private static readonly object s_gate = new();
    private static readonly Random s_random = new();

    /// <summary>A number from 0 to less than 1.</summary>
    public static double Next()
    {
        lock (s_gate)
        {
            return s_random.NextDouble();
        }
    }
}
