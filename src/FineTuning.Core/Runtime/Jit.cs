using System.Runtime.CompilerServices;

namespace FineTuning.Core.Runtime;

internal static class Jit
{
    // For the loops that go over every byte, line or token. A check is as a rule the first and only one of its process:
    // without this they would run as unoptimised code for half of the time. It is
    // MethodImplOptions.AggressiveOptimization, which netstandard2.0 does not name.
    public const MethodImplOptions Optimized = (MethodImplOptions)512;
}
