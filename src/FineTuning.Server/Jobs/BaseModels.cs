using System;
using System.Collections.Generic;
using System.Linq;

namespace FineTuning.Server.Jobs;

/// <summary>The names a job can be made for: the public ones, so that scripts run unchanged, and the server's own.</summary>
internal static class BaseModels
{
    /// <summary>Names and the days the public models of these names came out.</summary>
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

    private static readonly HashSet<string> Names = new(All.Select(model => model.Name), StringComparer.Ordinal);

    public static bool Contains(string name) => Names.Contains(name);

    /// <summary>The models that complete a text instead of answering a chat.</summary>
    public static bool IsCompletion(string name) => name is "babbage-002" or "davinci-002" ||
        name.StartsWith("ft:babbage-002:", StringComparison.Ordinal) || name.StartsWith("ft:davinci-002:", StringComparison.Ordinal);

    public static bool IsFineTuned(string name) => name.StartsWith("ft:", StringComparison.Ordinal);

    /// <summary><c>ft:MODEL:ORG:SUFFIX:ID</c>; a fine-tuned base counts by what it was made of.</summary>
    public static string NewFineTunedName(string model, string? suffix)
    {
        string root = IsFineTuned(model) ? model.Split(':')[1] : model;
        return $"ft:{root}:local:{suffix}:{Ids.NewModelPart()}";
    }

    private static (string Name, DateTimeOffset Created) Make(string name, int year, int month, int day) =>
        (name, new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero));
}
