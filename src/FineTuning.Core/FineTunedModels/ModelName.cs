using System.Globalization;
using System.Text.RegularExpressions;
using FineTuning.Core.Datasets;

namespace FineTuning.Core.FineTunedModels;

/// <summary>What the name of a model tells. Services give no such names: they are read as OpenAI and Azure are known to
/// make them.</summary>
public sealed class ModelName
{
    private const RegexOptions Options = RegexOptions.CultureInvariant;
    private const string StepMark = ":ckpt-step-";

    // The suffix of an old name is followed by the time it was made.
    private static readonly Regex s_old = new(
        @"^[^:]+:ft-(?<org>.+?)(?::(?<suffix>.+?))?(?:-\d{4}(?:-\d\d){5})?$",
        Options
    );
    private static readonly Regex s_azure = new(@"\.ft-[0-9A-Fa-f]+(?:-(?<suffix>.+))?$", Options);

    private ModelName(string name, string whole, bool isFineTuned)
    {
        Name = name;
        Whole = whole;
        IsFineTuned = isFineTuned;
        Base = isFineTuned ? BaseModelName.Of(whole) : null;
    }

    /// <summary>The whole name, as the service knows it.</summary>
    public string Name { get; }

    /// <summary>The name without the part of a checkpoint: what the job calls its model.</summary>
    public string Whole { get; }

    /// <summary>Whether the name is one that a job gives to what it made. Other services may give other
    /// names.</summary>
    public bool IsFineTuned { get; }

    /// <summary>What it was made of; null if the name does not tell.</summary>
    public string? Base { get; }

    /// <summary>The owner; null if the name does not tell.</summary>
    public string? Organization { get; private init; }

    /// <summary>The user's part; null if there is none.</summary>
    public string? Suffix { get; private init; }

    /// <summary>The step of a checkpoint; null for any other model.</summary>
    public long? Step { get; private init; }

    /// <summary>Takes a name apart: <c>ft:BASE:ORG:SUFFIX:ID</c>, <c>BASE.ft-HASH-SUFFIX</c>, the older
    /// <c>BASE:ft-ORG:SUFFIX-TIME</c>, each also with <c>:ckpt-step-N</c>.</summary>
    /// <param name="name">Any name; one that is of none of these kinds tells nothing but itself.</param>
    public static ModelName Read(string name)
    {
        _ = name ?? throw new ArgumentNullException(nameof(name));
        (string whole, long? step) = Split(name);
        string[] parts = whole.Split(':');
        if (parts.Length > 1 && parts[0] == "ft" && parts[1].Length > 0)
        {
            return new ModelName(name, whole, true)
            {
                Organization = Part(parts, 2),
                Suffix = Part(parts, 3),
                Step = step,
            };
        }

        if (s_azure.Match(whole) is { Success: true, Index: > 0 } azure)
        {
            return new ModelName(name, whole, true) { Suffix = Given(azure.Groups["suffix"]), Step = step };
        }

        return s_old.Match(whole) is { Success: true } old
            ? new ModelName(name, whole, true)
            {
                Organization = Given(old.Groups["org"]),
                Suffix = Given(old.Groups["suffix"]),
                Step = step,
            }
            : new ModelName(name, whole, false) { Step = step };
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static (string Whole, long? Step) Split(string name)
    {
        int mark = name.LastIndexOf(StepMark, StringComparison.Ordinal);
        return
            mark > 0
            && long.TryParse(
                name.Substring(mark + StepMark.Length),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out long step
            )
            ? (name.Substring(0, mark), step)
            : (name, null);
    }

    private static string? Part(string[] parts, int index) =>
        parts.Length > index && parts[index].Length > 0 ? parts[index] : null;

    private static string? Given(Group group) => group.Success ? group.Value : null;
}
