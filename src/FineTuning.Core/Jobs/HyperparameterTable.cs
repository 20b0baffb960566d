using FineTuning.Core.Json;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Jobs;

/// <summary>Every hyperparameter of fine-tuning jobs. The cmdlets' checks, what the local server takes, its trainers'
/// messages and the output follow this table.</summary>
public static class HyperparameterTable
{
    /// <summary>The method that learns the answers of examples.</summary>
    public const string Supervised = "supervised";

    /// <summary>Learns which of two answers is preferred.</summary>
    public const string Preference = "dpo";

    /// <summary>The method that learns from a grader's scores.</summary>
    public const string Reinforcement = "reinforcement";

    private static readonly string[] s_dpo = [Preference];
    private static readonly string[] s_reinforcement = [Reinforcement];

    /// <summary>The methods, the usual one first.</summary>
    public static IReadOnlyList<string> Methods { get; } = [Supervised, Preference, Reinforcement];

    /// <summary>All of them, in the order in which they are shown.</summary>
    public static IReadOnlyList<HyperparameterDefinition> All { get; } =
    [
        new(h => h.EpochCount, (h, value) => h with { EpochCount = (AutoOr<int>?)value })
        {
            Name = nameof(Hyperparameters.EpochCount),
            WireName = "n_epochs",
            Label = "epochs",
            Methods = Methods,
            Bounds = Whole(50),
            Default = AutoOr<int>.Auto,
        },
        new(h => h.BatchSize, (h, value) => h with { BatchSize = (AutoOr<int>?)value })
        {
            Name = nameof(Hyperparameters.BatchSize),
            WireName = "batch_size",
            Label = "batch size",
            Methods = Methods,
            Bounds = Whole(256),
            Default = AutoOr<int>.Auto,
        },
        new(h => h.LearningRateMultiplier, (h, value) => h with { LearningRateMultiplier = (AutoOr<double>?)value })
        {
            Name = nameof(Hyperparameters.LearningRateMultiplier),
            WireName = "learning_rate_multiplier",
            Label = "learning rate multiplier",
            Methods = Methods,
            Bounds = Above(0, double.MaxValue),
            Default = AutoOr<double>.Auto,
        },
        new(h => h.Beta, (h, value) => h with { Beta = (AutoOr<double>?)value })
        {
            Name = nameof(Hyperparameters.Beta),
            WireName = "beta",
            Label = "beta",
            Methods = s_dpo,
            Bounds = Above(0, 2),
            Default = AutoOr<double>.Auto,
        },
        new(h => h.ReasoningEffort, (h, value) => h with { ReasoningEffort = (string?)value })
        {
            Name = nameof(Hyperparameters.ReasoningEffort),
            WireName = "reasoning_effort",
            Label = "reasoning effort",
            Methods = s_reinforcement,
            Choices = ["default", "low", "medium", "high"],
            Default = "default",
        },
        new(h => h.ComputeMultiplier, (h, value) => h with { ComputeMultiplier = (AutoOr<double>?)value })
        {
            Name = nameof(Hyperparameters.ComputeMultiplier),
            WireName = "compute_multiplier",
            Label = "compute multiplier",
            Methods = s_reinforcement,
            Bounds = Above(0.00001, 10),
            Default = AutoOr<double>.Auto,
        },
        new(h => h.EvalInterval, (h, value) => h with { EvalInterval = (AutoOr<int>?)value })
        {
            Name = nameof(Hyperparameters.EvalInterval),
            WireName = "eval_interval",
            Label = "eval interval",
            Methods = s_reinforcement,
            Bounds = Whole(int.MaxValue),
            Default = AutoOr<int>.Auto,
        },
        new(h => h.EvalSamples, (h, value) => h with { EvalSamples = (AutoOr<int>?)value })
        {
            Name = nameof(Hyperparameters.EvalSamples),
            WireName = "eval_samples",
            Label = "eval samples",
            Methods = s_reinforcement,
            Bounds = Whole(int.MaxValue),
            // An evaluation on one machine must come to an end.
            LocalBounds = Whole(1000),
            Default = AutoOr<int>.Auto,
        },
    ];

    /// <summary>The hyperparameters that are numbers.</summary>
    public static IReadOnlyList<HyperparameterDefinition> Numbers { get; } = [.. All.Where(d => d.Bounds is not null)];

    /// <summary>The hyperparameters of a method.</summary>
    /// <param name="method">One of <see cref="Methods"/>.</param>
    public static IEnumerable<HyperparameterDefinition> Of(string method) =>
        All.Where(definition => definition.Methods.Contains(method));

    /// <summary>Those that a method has in the order of messages, in which words follow the numbers.</summary>
    /// <param name="method">One of <see cref="Methods"/>.</param>
    public static IEnumerable<HyperparameterDefinition> NumbersFirst(string method) =>
        Of(method).OrderBy(definition => definition.Bounds is null);

    /// <summary>The hyperparameter of a name.</summary>
    /// <param name="name">Its <see cref="HyperparameterDefinition.Name"/>.</param>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static HyperparameterDefinition Get(string name) =>
        All.FirstOrDefault(definition => definition.Name == name)
        ?? throw new ArgumentException($"There is no hyperparameter '{name}'.", nameof(name));

    /// <summary>Makes hyperparameters of single values.</summary>
    /// <param name="valueOf">The value of a definition: an <see cref="AutoOr{T}"/> or a string; null if it is not
    /// set.</param>
    public static Hyperparameters Make(Func<HyperparameterDefinition, object?> valueOf)
    {
        _ = valueOf ?? throw new ArgumentNullException(nameof(valueOf));
        return All.Aggregate(new Hyperparameters(), (made, definition) => definition.Set(made, valueOf(definition)));
    }

    private static NumberBounds Whole(int max) => NumberBounds.Whole(1, max) with { AllowsAuto = true };

    private static NumberBounds Above(double min, double max) =>
        new(min, max) { IsMinExcluded = true, AllowsAuto = true };
}
