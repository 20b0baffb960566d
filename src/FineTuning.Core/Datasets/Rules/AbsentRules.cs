using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// Keys that a program wrote out although there is nothing in them. "refusal", "audio", "tool_calls", "function_call"
// and "tool_call_id" may be null; the others services want left out.
internal static class AbsentRules
{
    internal static readonly ProblemCode Absent = ProblemCode
        .Error(
            "FT1112",
            "keys with nothing in them",
            "Keys that should be absent are there and null (or an empty list of annotations), as programs write them "
                + "that dump what an API answered. The service refuses them.",
            "Leave out the keys that have nothing in them.",
            """{"messages":[{"role":"user","content":"Hi","name":null},{"role":"assistant","content":"Hello","annotations":[]}],"tools":null}"""
        )
        .Mended();

    // Facts in their order.
    private static readonly (LineFact Fact, string Name)[] s_names =
    [
        (LineFact.NullName, "\"name\""),
        (LineFact.NullWeight, "\"weight\""),
        (LineFact.NullTools, "\"tools\""),
        (LineFact.NullFunctions, "\"functions\""),
        (LineFact.NullParallelToolCalls, "\"parallel_tool_calls\""),
        (LineFact.Annotations, "\"annotations\""),
        (LineFact.OtherNull, "keys that messages do not have"),
    ];

    // What to say of a file; null if there is nothing.
    public static string? Describe(FactTally facts)
    {
        List<string> found = [];
        long first = long.MaxValue;
        foreach ((LineFact fact, string name) in s_names)
        {
            long count = facts[fact];
            if (count > 0)
            {
                first = Math.Min(first, facts.First(fact));
                found.Add(FormattableString.Invariant($"{name} in {count} {(count == 1 ? "line" : "lines")}"));
            }
        }

        return found.Count == 0
            ? null
            : FormattableString.Invariant(
                $"There are keys with nothing in them: {string.Join(", ", found)}; the first are in line {first}."
            );
    }
}
