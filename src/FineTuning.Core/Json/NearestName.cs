namespace FineTuning.Core.Json;

/// <summary>Finds what somebody who wrote a wrong name probably meant.</summary>
internal static class NearestName
{
    private const int MaxLength = 64,
        MaxChanges = 3;

    /// <returns>Null if no candidate is near.</returns>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        if (name.Length is 0 or > MaxLength)
        {
            return null;
        }

        string wanted = Plain(name);
        List<(string Name, string Plain)> near =
        [
            .. candidates
                .Where(candidate => candidate.Length is > 0 and <= MaxLength && candidate != name)
                .Select(candidate => (candidate, Plain(candidate))),
        ];
        (string Name, int Distance) best = near.Where(candidate =>
                Math.Abs(candidate.Plain.Length - wanted.Length) <= MaxChanges
            )
            .Select(candidate => (candidate.Name, Distance(wanted, candidate.Plain)))
            .OrderBy(candidate => candidate.Item2)
            .FirstOrDefault();
        if (
            best.Name is not null
            && best.Distance <= Math.Min(MaxChanges, Math.Max(wanted.Length, best.Name.Length) / 3)
        )
        {
            return best.Name;
        }

        // "metric" is a part of "evaluation_metric".
        return wanted.Length < 3
            ? null
            : near.FirstOrDefault(candidate => candidate.Plain.IndexOf(wanted, StringComparison.Ordinal) >= 0).Name;
    }

    /// <returns>"Did you mean "x"? " with the space behind it, or nothing.</returns>
    public static string Question(string name, IEnumerable<string> candidates, string prefix = "") =>
        Find(name, candidates) is { } nearest ? $"Did you mean \"{prefix}{nearest}\"? " : string.Empty;

    private static string Plain(string name) =>
        name.Replace("_", string.Empty).Replace("-", string.Empty).ToLowerInvariant();

    // How many letters must be changed, added, removed, or swapped with the next.
    private static int Distance(string a, string b)
    {
        int[,] cost = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cost[i, j] = i + j;
                    continue;
                }

                int least = Math.Min(
                    Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1,
                    cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                );
                bool isSwap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                cost[i, j] = isSwap ? Math.Min(least, cost[i - 2, j - 2] + 1) : least;
            }
        }

        return cost[a.Length, b.Length];
    }
}
