using System.Globalization;
using System.IO.Enumeration;
using FineTuning.Server.Http;

namespace FineTuning.Server.Faults;

/// <summary>
/// The rules in force. They are asked in their order, and the first one that hits takes the request; one that lets it
/// pass (skipped, used up, or by chance) leaves it to the next.
/// </summary>
internal sealed class FaultRules
{
    private readonly Lock _gate = new();
    private volatile Entry[] _entries = [];
    private int _made;

    public FaultRules(IReadOnlyList<FaultRule> rules) => Replace(rules);

    /// <summary>Looked at by every request.</summary>
    public bool IsEmpty => _entries.Length == 0;

    /// <summary>The rule that spoils this request; null if none does. It counts.</summary>
    public FaultRule? Hit(HttpRequest request)
    {
        string? operation = Operations.Of(request);
        lock (_gate)
        {
            return Array.Find(_entries, entry => entry.Fits(request, operation) && entry.Hit())?.Rule;
        }
    }

    public IReadOnlyList<FaultRule> Read()
    {
        lock (_gate)
        {
            return [.. _entries.Select(entry => entry.Told)];
        }
    }

    /// <summary>Adds a rule behind the others.</summary>
    public FaultRule Add(FaultRule rule)
    {
        lock (_gate)
        {
            if (_entries.Length == FaultReader.MaxRules)
            {
                throw ApiErrors.BadRequest(
                    $"{FaultReader.MaxRules} fault rules are in force, and more are not kept: delete some.",
                    "rule",
                    "too_many_rules"
                );
            }

            Entry entry = Make(rule);
            _entries = [.. _entries, entry];
            return entry.Told;
        }
    }

    public IReadOnlyList<FaultRule> Replace(IReadOnlyList<FaultRule> rules)
    {
        lock (_gate)
        {
            _entries = [.. rules.Select(Make)];
            return [.. _entries.Select(entry => entry.Told)];
        }
    }

    /// <returns>Whether there was such a rule.</returns>
    public bool Remove(string id)
    {
        lock (_gate)
        {
            int before = _entries.Length;
            _entries = [.. _entries.Where(entry => entry.Rule.Id != id)];
            return _entries.Length < before;
        }
    }

    private Entry Make(FaultRule rule) =>
        new(rule with { Id = "fault_" + (++_made).ToString(CultureInfo.InvariantCulture) });

    private sealed class Entry(FaultRule rule)
    {
        private readonly Random? _chance = rule.Seed is { } seed ? new Random(seed) : null;
        private long _matched,
            _hits;

        public FaultRule Rule => rule;

        public FaultRule Told => rule with { Hits = _hits, Matched = _matched };

        public bool Fits(HttpRequest request, string? operation) =>
            rule.Path is { } path
                ? (rule.Method is null || rule.Method.Equals(request.Method, StringComparison.OrdinalIgnoreCase))
                    && FileSystemName.MatchesSimpleExpression(path, request.Path.Value, ignoreCase: false)
                : rule.Operation == "*" || rule.Operation == operation;

        public bool Hit()
        {
            _matched++;
            if (_matched <= (rule.Skip ?? 0) || _hits >= (rule.Count ?? long.MaxValue) || !IsChosen())
            {
                return false;
            }

            _hits++;
            return true;
        }

        private bool IsChosen() =>
            rule.Probability is not { } probability
            || (_chance is null ? probability >= 1 : _chance.NextDouble() < probability);
    }
}
