using FineTuning.Server.Hosting;

namespace FineTuning.Server.Jobs;

/// <summary>The names a job can be made for: the public ones, so that scripts run unchanged, and the server's
/// own.</summary>
internal static class BaseModels
{
    private const string AzureMark = ".ft-";

    /// <summary>s_names and the days the public models of these names came out.</summary>
    public static IReadOnlyList<(string Name, DateTimeOffset Created)> All { get; } =
    [
        Make("babbage-002", 2023, 8, 21),
        Make("davinci-002", 2023, 8, 21),
        Make("gpt-3.5-turbo", 2023, 2, 28),
        Make("gpt-3.5-turbo-0125", 2024, 1, 23),
        Make("gpt-3.5-turbo-0613", 2023, 6, 12),
        Make("gpt-3.5-turbo-1106", 2023, 11, 2),
        Make("gpt-4.1-2025-04-14", 2025, 4, 8),
        Make("gpt-4.1-mini", 2025, 4, 10),
        Make("gpt-4.1-mini-2025-04-14", 2025, 4, 10),
        Make("gpt-4.1-nano", 2025, 4, 10),
        Make("gpt-4.1-nano-2025-04-14", 2025, 4, 10),
        Make("gpt-4o-2024-08-06", 2024, 8, 4),
        Make("gpt-4o-mini", 2024, 7, 16),
        Make("gpt-4o-mini-2024-07-18", 2024, 7, 16),
        Make("local-small", 2026, 1, 1),
        Make("o4-mini-2025-04-16", 2025, 4, 8),
    ];

    private static readonly HashSet<string> s_names = new(All.Select(model => model.Name), StringComparer.Ordinal);

    public static bool Contains(string name) => s_names.Contains(name);

    /// <summary>The models that complete a text instead of answering a chat.</summary>
    public static bool IsCompletion(string name) => RootOf(name) is "babbage-002" or "davinci-002";

    public static bool IsFineTuned(string name) => RootOf(name) != name;

    /// <summary><c>ft:MODEL:ORG:SUFFIX:ID</c>; a fine-tuned base counts by what it was made of.</summary>
    public static string NewFineTunedName(string model, string? suffix) =>
        $"ft:{RootOf(model)}:local:{suffix}:{Ids.NewModelPart()}";

    /// <summary><c>MODEL.ft-HASH-SUFFIX</c>, as Azure makes them; the hash is that of the job's id.</summary>
    public static string NewAzureName(string model, string? suffix, string hash) =>
        $"{RootOf(model)}{AzureMark}{hash}{(suffix is null ? string.Empty : "-" + suffix)}";

    /// <summary>The plain base of a model, which is the model itself if it is one. A folder can hold names of both
    /// dialects.</summary>
    private static string RootOf(string name)
    {
        if (name.StartsWith("ft:", StringComparison.Ordinal))
        {
            return name.Split(':')[1];
        }

        int mark = name.IndexOf(AzureMark, StringComparison.Ordinal);
        return mark < 0 ? name : name[..mark];
    }

    private static (string Name, DateTimeOffset Created) Make(string name, int year, int month, int day) =>
        (name, new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero));
}
