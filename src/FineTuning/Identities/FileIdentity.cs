using System.ComponentModel;
using System.Management.Automation;
using FineTuning.Output;

namespace FineTuning.Identities;

/// <summary>Names a file at the service: by id, by a file, or by an object with a FileId or Id property.</summary>
[TypeConverter(typeof(FileIdentityConverter))]
public sealed class FileIdentity : ObjectIdentity
{
    private FileIdentity(string? id, string? refusal)
        : base(id, refusal) { }

    /// <summary>Makes an identity of anything that can come down a pipeline.</summary>
    public static FileIdentity From(object source)
    {
        object plain = PSObject.AsPSObject(source).BaseObject;
        return plain switch
        {
            FileIdentity same => same,
            string id => new FileIdentity(id, Check(id)),
            FineTuningFile file => new FileIdentity(file.Id, null) { Origin = file.Origin },
            FineTuningJob job => new FileIdentity(
                null,
                $"A job ({job.Id}) is not a file; its files are in TrainingFile, ValidationFile and ResultFiles."
            ),
            _ => FromProperties(source),
        };
    }

    private static FileIdentity FromProperties(object source)
    {
        string? id = Property(source, "FileId") ?? Property(source, "Id");
        return id is null
            ? new FileIdentity(null, $"An object of type {Describe(source)} names no file.")
            : new FileIdentity(id, Check(id));
    }

    private static string? Check(string id) =>
        RefusePrefix(
            id,
            "a file",
            ("ftjob-", "a job"),
            ("ftevent-", "an event"),
            ("ftckpt_", "a checkpoint"),
            ("ft:", "a model")
        );
}

/// <summary>Lets PowerShell make file identities.</summary>
public sealed class FileIdentityConverter : ObjectIdentityConverter
{
    /// <inheritdoc/>
    public override object ConvertFrom(
        object sourceValue,
        Type destinationType,
        IFormatProvider formatProvider,
        bool ignoreCase
    ) => FileIdentity.From(sourceValue);
}
