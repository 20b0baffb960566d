using System.ComponentModel;
using System.Management.Automation;
using FineTuning.Output;

namespace FineTuning.Identities;

/// <summary>
/// Names a model: by name, by a model, by the job that made it, by a checkpoint, or by an object with a FineTunedModel,
/// Model or Id property. Base models have names as well.
/// </summary>
[TypeConverter(typeof(ModelIdentityConverter))]
public sealed class ModelIdentity : ObjectIdentity
{
    private const string Stored = "Deserialized.";

    private static readonly (string Type, string Kind)[] s_others =
    [
        ("FineTuning.Output.GraderRe", "What a grader says"),
        ("FineTuning.Grader", "A grader"),
        ("FineTuning.Output.Dataset", "A report on a dataset"),
        ("FineTuning.Core.Datasets.", "A report on a dataset"),
    ];

    private ModelIdentity(string? name, string? refusal)
        : base(name, refusal) { }

    /// <inheritdoc/>
    internal override string Advice =>
        "Give the name of a model, or pipe a job that succeeded, a checkpoint or a model.";

    /// <summary>The job that made it, where the object told.</summary>
    internal string? JobId { get; private init; }

    /// <summary>Makes an identity of anything that can come down a pipeline.</summary>
    public static ModelIdentity From(object source)
    {
        object plain = PSObject.AsPSObject(source).BaseObject;
        return plain switch
        {
            ModelIdentity same => same,
            string name => new ModelIdentity(name, Check(name)),
            FineTunedModel model => new ModelIdentity(model.Model, null) { Origin = model.Origin, JobId = model.JobId },
            FineTuningCheckpoint checkpoint => new ModelIdentity(checkpoint.Model, null)
            {
                Origin = checkpoint.Origin,
                JobId = checkpoint.JobId,
            },
            FineTuningJob { FineTunedModel: string made } job => new ModelIdentity(made, null)
            {
                Origin = job.Origin,
                JobId = job.Id,
            },
            FineTuningJob job => new ModelIdentity(null, NoModelYet(job.Id, job.Status)),
            FineTuningFile file => new ModelIdentity(null, $"A file ({file.Id}) is not a model."),
            ModelEvaluation evaluation => new ModelIdentity(evaluation.Model, null) { Origin = evaluation.Origin },
            ModelAnswer answer => new ModelIdentity(answer.Model, null) { Origin = answer.Origin },
            FineTuningEvent item => new ModelIdentity(
                null,
                $"An event ({item.Id}) is not a model; it is of the job {item.JobId}."
            ),
            _ => FromProperties(source),
        };
    }

    private static ModelIdentity FromProperties(object source)
    {
        if (OtherKind(source) is string kind)
        {
            return new ModelIdentity(null, $"{kind} is not a model.");
        }

        PSMemberInfoCollection<PSPropertyInfo> properties = PSObject.AsPSObject(source).Properties;
        string? name =
            Property(source, "FineTunedModel")
            ?? Property(source, "fine_tuned_model")
            ?? Property(source, "fine_tuned_model_checkpoint");
        if (string.IsNullOrEmpty(name) && (properties["FineTunedModel"] ?? properties["fine_tuned_model"]) is not null)
        {
            // The property Model of such an object is the base model.
            return new ModelIdentity(null, NoModelYet(Property(source, "Id"), Property(source, "Status")));
        }

        name ??= Property(source, "Model") ?? Property(source, "Id");
        return name is null
            ? new ModelIdentity(null, $"An object of type {Describe(source)} names no model.")
            : new ModelIdentity(name, Check(name));
    }

    // What such an object calls its model is the one that grades, or that a dataset was measured for: nobody means to
    // delete or share that.
    private static string? OtherKind(object source)
    {
        foreach (string name in PSObject.AsPSObject(source).TypeNames)
        {
            string type = name.StartsWith(Stored, StringComparison.Ordinal) ? name.Substring(Stored.Length) : name;
            (string _, string? kind) = Array.Find(
                s_others,
                other => type.StartsWith(other.Type, StringComparison.Ordinal)
            );
            if (kind is not null)
            {
                return kind;
            }
        }

        // A grader out of JSON or of a hashtable.
        bool isGrader =
            Property(source, "type") is "score_model" or "label_model"
            && PSObject.AsPSObject(source).Properties["model"] is not null;
        return isGrader ? "A grader" : null;
    }

    private static string NoModelYet(string? id, string? status) =>
        string.IsNullOrEmpty(status)
            ? $"The job {id} has made no model."
            : $"The job {id} has made no model; its status is '{status}'. Get-FineTuningCheckpoint lists the models "
                + $"it made on its way.";

    private static string? Check(string given) =>
        given.Trim() is var name && name.StartsWith("ftjob-", StringComparison.Ordinal)
            ? $"'{name}' is the id of a job, not a model's name. Pipe the job itself: Get-FineTuningJob {name} | …"
        : name.StartsWith("ftckpt_", StringComparison.Ordinal)
            ? $"'{name}' is the id of a checkpoint, not a model's name. Pipe the checkpoint itself: "
                + $"Get-FineTuningCheckpoint JOB | …"
        : RefusePrefix(name, "a model", ("file-", "a file"), ("ftevent-", "an event"), ("cp_", "a permission"));
}

/// <summary>Lets PowerShell make model identities.</summary>
public sealed class ModelIdentityConverter : ObjectIdentityConverter
{
    /// <inheritdoc/>
    public override object ConvertFrom(
        object sourceValue,
        Type destinationType,
        IFormatProvider formatProvider,
        bool ignoreCase
    ) => ModelIdentity.From(sourceValue);
}
