namespace FineTuning.Core.Datasets.Converting;

// Which property is used for what.
internal sealed record PropertyMap
{
    public string[] User { get; init; } = [];

    public string? Assistant { get; init; }

    public string? System { get; init; }

    public string? Preferred { get; init; }

    public string? NonPreferred { get; init; }

    public string[] Items { get; init; } = [];

    public string? Group { get; init; }

    public string? Role { get; init; }

    public string? Content { get; init; }

    // "user from question, assistant from answer. Not used: id."
    public string Describe(IReadOnlyCollection<string> names)
    {
        (string What, string[] From)[] uses =
        [
            ("system", One(System)),
            ("user", User),
            ("assistant", One(Assistant)),
            ("preferred", One(Preferred)),
            ("non-preferred", One(NonPreferred)),
            ("role", One(Role)),
            ("content", One(Content)),
            ("group", One(Group)),
            ("item", Items),
        ];
        string text = string.Join(
            ", ",
            uses.Where(use => use.From.Length > 0).Select(use => $"{use.What} from {string.Join(" and ", use.From)}")
        );
        string[] used = [.. uses.SelectMany(use => use.From)];
        string[] unused = [.. names.Where(name => !used.Contains(name, StringComparer.OrdinalIgnoreCase))];
        return unused.Length == 0 ? $"{text}." : $"{text}. Not used: {string.Join(", ", unused)}.";
    }

    private static string[] One(string? name) => name is null ? [] : [name];
}
