namespace FineTuning.Core.Datasets.Converting;

// Finds by their usual names the properties that were not named. Which is which is settled by the first row, so that a
// file does not change its meaning in the middle.
internal static class PropertyFinder
{
    // In the order in which they are preferred. Compared without case, spaces, underscores and hyphens.
    private static readonly string[] s_user =
    [
        "user",
        "question",
        "prompt",
        "instruction",
        "query",
        "request",
        "input",
    ];
    private static readonly string[] s_assistant = ["assistant", "answer", "completion", "response", "reply", "output"];
    private static readonly string[] s_system = ["system", "systemmessage", "systemprompt"];
    private static readonly string[] s_preferred = ["preferred", "preferredoutput", "chosen", "accepted"];
    private static readonly string[] s_nonPreferred = ["nonpreferred", "nonpreferredoutput", "rejected"];
    private static readonly string[] s_role = ["role", "from", "speaker", "author", "sender"];
    private static readonly string[] s_content = ["content", "text", "message", "value"];

    public static PropertyMap Find(ConvertOptions options, IReadOnlyCollection<string> all)
    {
        // A property that was named for one purpose is not found for another.
        string[] named = Named(options);
        string[] names = [.. all.Where(name => !named.Contains(name, StringComparer.OrdinalIgnoreCase))];
        var map = new PropertyMap { System = options.SystemProperty ?? First(names, s_system) };
        if (options.GroupProperty is string group)
        {
            return map with
            {
                Group = group,
                Role = options.RoleProperty ?? First(names, s_role),
                Content = options.ContentProperty ?? First(names, s_content),
            };
        }

        map = map with { User = options.UserProperty?.ToArray() ?? FindUser(names) };
        return options.Format switch
        {
            DatasetFormat.Preference => map with
            {
                Preferred = options.PreferredProperty ?? First(names, s_preferred),
                NonPreferred = options.NonPreferredProperty ?? First(names, s_nonPreferred),
            },
            DatasetFormat.Reinforcement => map with
            {
                Items = options.ItemProperty?.Distinct().ToArray() ?? FindItems(map, names),
            },
            DatasetFormat.Completion => map with
            {
                System = null,
                Assistant = options.AssistantProperty ?? First(names, s_assistant),
            },
            _ => map with { Assistant = options.AssistantProperty ?? First(names, s_assistant) },
        };
    }

    // The words that a grader could not tell from the parts of the example itself.
    public static bool IsReserved(string name) => name is "messages" or "tools" or "parallel_tool_calls" or "functions";

    private static string[] Named(ConvertOptions options)
    {
        string?[] single =
        [
            options.AssistantProperty,
            options.SystemProperty,
            options.PreferredProperty,
            options.NonPreferredProperty,
            options.GroupProperty,
            options.RoleProperty,
            options.ContentProperty,
        ];
        return [.. single.OfType<string>(), .. options.UserProperty ?? [], .. options.ItemProperty ?? []];
    }

    private static string[] FindUser(IReadOnlyCollection<string> names)
    {
        string? first = First(names, s_user);

        // Of an instruction with an input, the input is what the instruction is about.
        return first is null ? []
            : Plain(first) == "instruction" && First(names, ["input"]) is string input ? [first, input]
            : [first];
    }

    private static string[] FindItems(PropertyMap map, IReadOnlyCollection<string> names) =>
        [
            .. names.Where(name =>
                name.Length > 0
                && !IsReserved(name)
                && !Same(name, map.System)
                && !map.User.Any(user => Same(name, user))
            ),
        ];

    private static string? First(IReadOnlyCollection<string> names, string[] candidates) =>
        candidates
            .Select(candidate => names.FirstOrDefault(name => Plain(name) == candidate))
            .FirstOrDefault(name => name is not null);

    private static bool Same(string name, string? other) =>
        string.Equals(name, other, StringComparison.OrdinalIgnoreCase);

    private static string Plain(string name) =>
        new([.. name.Where(c => c is not (' ' or '_' or '-')).Select(char.ToLowerInvariant)]);
}
