using FineTuning.Core.FineTunedModels;

namespace FineTuning.Output;

/// <summary>A model that the service offers: one that a job made, or with Get-FineTunedModel -All a base
/// model.</summary>
public sealed class FineTunedModel : ServiceObject
{
    internal FineTunedModel(KnownModel source)
    {
        Model = source.Name.Name;
        BaseModel = source.Base;
        Suffix = source.Name.Suffix;
        Organization = source.Name.Organization;
        Step = source.Name.Step;
        CreatedAt = source.CreatedAt?.LocalDateTime;
        JobId = source.JobId;
        RetiresAt = source.RetiresAt?.LocalDateTime;
        OwnedBy = source.OwnedBy;
        AdditionalProperties = JsonValues.ToDictionary(source.AdditionalFields);
    }

    /// <summary>The model's name.</summary>
    public string Model { get; }

    /// <summary>The model it was made of; null for a base model, and where nothing tells.</summary>
    public string? BaseModel { get; }

    /// <summary>The user's part of its name.</summary>
    public string? Suffix { get; }

    /// <summary>The owner, where the name tells.</summary>
    public string? Organization { get; }

    /// <summary>The step of a checkpoint; null for any other model.</summary>
    public long? Step { get; }

    /// <summary>When it was made, in local time.</summary>
    public DateTime? CreatedAt { get; }

    /// <summary>The job that made it; null where that is not known.</summary>
    public string? JobId { get; }

    /// <summary>When the service stops offering it, in local time; null where it does not say.</summary>
    public DateTime? RetiresAt { get; }

    /// <summary>The owner, in the service's words.</summary>
    public string? OwnedBy { get; }

    /// <summary>What the service sent beyond these.</summary>
    public IDictionary<string, object?>? AdditionalProperties { get; }

    /// <summary>The model's name.</summary>
    public override string ToString() => Model;
}
