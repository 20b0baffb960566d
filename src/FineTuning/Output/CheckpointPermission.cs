using FineTuning.Core.Wire;

namespace FineTuning.Output;

/// <summary>A project's right to use a checkpoint.</summary>
public sealed class CheckpointPermission : ServiceObject
{
    internal CheckpointPermission(string checkpoint, PermissionResource source)
    {
        Id = source.Id;
        Checkpoint = checkpoint;
        ProjectId = source.ProjectId;
        CreatedAt = Display.LocalTime(source.CreatedAt);
        AdditionalProperties = JsonValues.ToDictionary(source.AdditionalFields);
    }

    /// <summary>Such as <c>cp_abc123</c>.</summary>
    public string Id { get; }

    /// <summary>The name of the checkpoint's model.</summary>
    public string Checkpoint { get; }

    /// <summary>The project that may use it.</summary>
    public string ProjectId { get; }

    /// <summary>When it was granted, in local time.</summary>
    public DateTime? CreatedAt { get; }

    /// <summary>What the service sent beyond these.</summary>
    public IDictionary<string, object?>? AdditionalProperties { get; }

    /// <inheritdoc/>
    public override string ToString() => Id;
}
