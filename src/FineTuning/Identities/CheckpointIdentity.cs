using System.ComponentModel;
using System.Management.Automation;
using FineTuning.Output;

namespace FineTuning.Identities;

/// <summary>
/// Names a checkpoint: by the name of its model, by a checkpoint, a model, a job that succeeded or a permission, by a
/// checkpoint's id, or by an object with a Checkpoint, FineTunedModel, Model or Id property.
/// </summary>
[TypeConverter(typeof(CheckpointIdentityConverter))]
public sealed class CheckpointIdentity : ObjectIdentity
{
    private const string IdPrefix = "ftckpt_";

    private CheckpointIdentity(string? id, string? refusal)
        : base(id, refusal) { }

    /// <summary>Whether it is the id of a checkpoint, whose model has to be looked up.</summary>
    internal bool IsCheckpointId => Id.StartsWith(IdPrefix, StringComparison.Ordinal);

    /// <summary>The permission that was given; null if something else was.</summary>
    internal string? PermissionId { get; private init; }

    /// <summary>The project of the permission that was given.</summary>
    internal string? ProjectId { get; private init; }

    /// <inheritdoc/>
    internal override string Advice =>
        "Give the name of a checkpoint's model, or pipe a checkpoint, a job that succeeded, or a model.";

    /// <summary>Makes an identity of anything that can come down a pipeline.</summary>
    public static CheckpointIdentity From(object source)
    {
        object plain = PSObject.AsPSObject(source).BaseObject;
        return plain switch
        {
            CheckpointIdentity same => same,
            string id when id.StartsWith(IdPrefix, StringComparison.Ordinal) => new CheckpointIdentity(id, null),
            CheckpointPermission permission => new CheckpointIdentity(permission.Checkpoint, null)
            {
                PermissionId = permission.Id,
                ProjectId = permission.ProjectId,
                Origin = permission.Origin,
            },
            _ when Property(source, "Checkpoint") is string checkpoint => FromRow(source, checkpoint),
            _ => FromModel(source),
        };
    }

    private static CheckpointIdentity FromRow(object source, string checkpoint)
    {
        CheckpointIdentity named = From(checkpoint);
        string? permission = Property(source, "Id"),
            project = Property(source, "ProjectId");
        return new CheckpointIdentity(named.Id, named.Refusal)
        {
            PermissionId = string.IsNullOrWhiteSpace(permission) ? null : permission,
            ProjectId = string.IsNullOrWhiteSpace(project) ? null : project,
        };
    }

    private static CheckpointIdentity FromModel(object source)
    {
        var model = ModelIdentity.From(source);
        string? id = model.Refusal is null ? null : Property(source, "Id");
        return id?.StartsWith(IdPrefix, StringComparison.Ordinal) == true
            ? new CheckpointIdentity(id, null)
            : new CheckpointIdentity(model.Id, model.Refusal) { Origin = model.Origin };
    }
}

/// <summary>Lets PowerShell make checkpoint identities.</summary>
public sealed class CheckpointIdentityConverter : ObjectIdentityConverter
{
    /// <inheritdoc/>
    public override object ConvertFrom(
        object sourceValue,
        Type destinationType,
        IFormatProvider formatProvider,
        bool ignoreCase
    ) => CheckpointIdentity.From(sourceValue);
}
