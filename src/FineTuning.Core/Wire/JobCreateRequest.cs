using System.Text.Json;
using System.Text.Json.Serialization;

namespace FineTuning.Core.Wire;

/// <summary>What a new job is made of. What is null is not sent.</summary>
public sealed record JobCreateRequest
{
    /// <summary>The base model.</summary>
    public required string Model { get; init; }

    /// <summary>Id of an uploaded file with the purpose fine-tune.</summary>
    public required string TrainingFile { get; init; }

    /// <summary>Id of an uploaded file with the purpose fine-tune.</summary>
    public string? ValidationFile { get; init; }

    /// <summary>Part of the model's name, 1 to 64 characters.</summary>
    public string? Suffix { get; init; }

    /// <summary>What the run's randomness starts from, 0 to 2147483647.</summary>
    public int? Seed { get; init; }

    /// <summary>How it trains; null is supervised with everything 'auto'.</summary>
    public JobMethod? Method { get; init; }

    /// <summary>The numbers in the place older clients put them; read by the local server, never sent by this
    /// client.</summary>
    public Hyperparameters? Hyperparameters { get; init; }

    /// <summary>Up to 16 pairs; keys up to 64 characters, values up to 512.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Services that are told of the metrics, at most 5.</summary>
    public IReadOnlyList<JobIntegration>? Integrations { get; init; }

    /// <summary>Azure only: such as <c>Standard</c>, <c>GlobalStandard</c> or <c>Developer</c>.</summary>
    [JsonPropertyName("trainingType")]
    public string? TrainingType { get; init; }

    /// <summary>Fields that have no property here.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? AdditionalFields { get; set; }
}
