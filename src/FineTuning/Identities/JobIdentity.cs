using System.ComponentModel;
using System.Management.Automation;
using FineTuning.Output;

namespace FineTuning.Identities;

/// <summary>Names a job: by id, by a job, by a checkpoint or an event of it, or by an object with a JobId or Id
/// property.</summary>
[TypeConverter(typeof(JobIdentityConverter))]
public sealed class JobIdentity : ObjectIdentity
{
    private JobIdentity(string? id, string? refusal)
        : base(id, refusal) { }

    /// <summary>Makes an identity of anything that can come down a pipeline.</summary>
    public static JobIdentity From(object source)
    {
        object plain = PSObject.AsPSObject(source).BaseObject;
        return plain switch
        {
            JobIdentity same => same,
            string id => new JobIdentity(id, Check(id)),
            FineTuningJob job => new JobIdentity(job.Id, null) { Origin = job.Origin },
            FineTuningEvent item => new JobIdentity(item.JobId, null) { Origin = item.Origin },
            FineTuningCheckpoint checkpoint => new JobIdentity(checkpoint.JobId, null) { Origin = checkpoint.Origin },
            FineTuningFile file => new JobIdentity(null, $"A file ({file.Id}) is not a job."),
            _ => FromProperties(source),
        };
    }

    private static JobIdentity FromProperties(object source)
    {
        string? id = Property(source, "JobId") ?? Property(source, "fine_tuning_job_id") ?? Property(source, "Id");
        return id is null
            ? new JobIdentity(null, $"An object of type {Describe(source)} names no job.")
            : new JobIdentity(id, Check(id));
    }

    private static string? Check(string id) =>
        RefusePrefix(
            id,
            "a job",
            ("file-", "a file"),
            ("ftevent-", "an event"),
            ("ftckpt_", "a checkpoint"),
            ("ft:", "a model")
        );
}

/// <summary>Lets PowerShell make job identities.</summary>
public sealed class JobIdentityConverter : ObjectIdentityConverter
{
    /// <inheritdoc/>
    public override object ConvertFrom(
        object sourceValue,
        Type destinationType,
        IFormatProvider formatProvider,
        bool ignoreCase
    ) => JobIdentity.From(sourceValue);
}
