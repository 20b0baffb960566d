using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace FineTuning.Core.Datasets;

/// <summary>
/// The codes that are declared. A rule declares its codes as static fields of its own class, and each registers itself
/// when that class is first used; so there is no list beside the rules that a code could be missing in.
/// </summary>
internal static class ProblemRegistry
{
    private static readonly ConcurrentDictionary<string, ProblemCode> s_codes = new(StringComparer.OrdinalIgnoreCase);
    private static readonly Lazy<bool> s_isWhole = new(DeclareAll);

    /// <summary>Registers a code.</summary>
    /// <exception cref="InvalidOperationException">Another problem has the code.</exception>
    public static ProblemCode Add(ProblemCode code) =>
        s_codes.TryAdd(code.Code, code)
            ? code
            : throw new InvalidOperationException($"Two problems have the code {code.Code}.");

    /// <summary>Finds a code, or null if there is none. A code that was reported is found without a search: its rule
    /// has been used.</summary>
    public static ProblemCode? Find(string code) =>
        s_codes.TryGetValue(code, out ProblemCode? found) || (s_isWhole.Value && s_codes.TryGetValue(code, out found))
            ? found
            : null;

    /// <summary>All codes that begin with a prefix, in order.</summary>
    public static IReadOnlyList<ProblemCode> All(string prefix) =>
        s_isWhole.Value
            ?
            [
                .. s_codes
                    .Values.Where(code => code.Code.StartsWith(prefix, StringComparison.Ordinal))
                    .OrderBy(code => code.Code, StringComparer.Ordinal),
            ]
            : [];

    // Looking through the types takes a tenth of a second, so a check does without.
    private static bool DeclareAll()
    {
        const BindingFlags Declared =
            BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        foreach (Type type in typeof(ProblemRegistry).Assembly.GetTypes())
        {
            if (Array.Exists(type.GetFields(Declared), field => field.FieldType == typeof(ProblemCode)))
            {
                RuntimeHelpers.RunClassConstructor(type.TypeHandle);
            }
        }

        return true;
    }
}
