using System.Text.Json.Serialization;

namespace FineTuning.Core.Wire;

/// <summary>A model that the service offers.</summary>
public sealed record ModelResource : Resource
{
    /// <summary>Always <c>model</c>.</summary>
    [JsonPropertyName("object")]
    public string Kind
    {
        get;
        init => field = value ?? "model";
    } = "model";

    /// <summary>The model's name.</summary>
    public string Id
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>Who made it.</summary>
    public string? OwnedBy { get; init; }

    /// <summary>The day it will be retired, as <c>yyyy-MM-dd</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ShutdownDate { get; init; }
}

/// <summary>A project's right to use a checkpoint.</summary>
public sealed record PermissionResource : Resource
{
    /// <summary>Always <c>checkpoint.permission</c>.</summary>
    [JsonPropertyName("object")]
    public string Kind
    {
        get;
        init => field = value ?? "checkpoint.permission";
    } = "checkpoint.permission";

    /// <summary>Such as <c>cp_abc123</c>.</summary>
    public string Id
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>When it was granted.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The project it was granted to.</summary>
    public string ProjectId
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;
}

/// <summary>Asks for rights to a checkpoint.</summary>
public sealed record PermissionCreateRequest
{
    /// <summary>The projects to grant them to.</summary>
    public required System.Collections.Generic.IReadOnlyList<string> ProjectIds { get; init; }
}
