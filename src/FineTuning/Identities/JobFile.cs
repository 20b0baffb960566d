using System.ComponentModel;
using System.Management.Automation;
using FineTuning.Core.Datasets;
using FineTuning.Core.Datasets.Measuring;
using FineTuning.Output;

namespace FineTuning.Identities;

/// <summary>A file for a job: at the service, or here and to be uploaded.</summary>
[TypeConverter(typeof(JobFileConverter))]
public sealed class JobFile
{
    private static readonly string[] s_extensions = [".jsonl", ".json", ".txt", ".csv", ".gz"];

    private JobFile(string value, bool isPath, string? refusal = null)
    {
        Value = value;
        IsPath = isPath;
        Refusal = refusal;
    }

    /// <summary>The id or the path as it was given.</summary>
    public string Value { get; }

    /// <summary>Whether it is known to be a path.</summary>
    internal bool IsPath { get; }

    internal string? Refusal { get; }

    /// <summary>Makes one of anything that can come down a pipeline.</summary>
    public static JobFile From(object source) =>
        PSObject.AsPSObject(source).BaseObject switch
        {
            JobFile same => same,
            FineTuningFile file => new JobFile(file.Id, isPath: false),
            DatasetReport { Path: string path } => new JobFile(path, isPath: true),
            DatasetMeasure measure => new JobFile(measure.Path, isPath: true),
            FileInfo file => new JobFile(file.FullName, isPath: true),
            DatasetRepair repair => new JobFile(repair.Path, isPath: true),
            DatasetSplit split => new JobFile(split.TrainingPath, isPath: true),
            string text => new JobFile(
                text.Trim(),
                isPath: false,
                string.IsNullOrWhiteSpace(text) ? "The name of the file is empty." : null
            ),
            FileIdentity identity => new JobFile(identity.Id, isPath: false, identity.Refusal),
            object other => new JobFile(
                string.Empty,
                isPath: false,
                $"An object of type {other.GetType().Name} is not a file, a path or a file id."
            ),
        };

    /// <summary>The full path if it is a file here; otherwise null, and the value is an id.</summary>
    /// <exception cref="FileNotFoundException">It can only be a path, and there is no such file.</exception>
    internal string? LocalPath(PSCmdlet cmdlet)
    {
        if (Runtime.LocalPath.FindFile(cmdlet, Value) is string path)
        {
            return path;
        }

        // No service makes ids with separators or such endings: sent as an id it would only get a confusing refusal.
        bool looksLikePath =
            IsPath
            || Value.IndexOfAny(['/', '\\']) >= 0
            || Value[0] is '.' or '~'
            || s_extensions.Contains(Path.GetExtension(Value), StringComparer.OrdinalIgnoreCase);
        return looksLikePath ? throw new FileNotFoundException($"There is no file '{Value}'.", Value) : null;
    }

    /// <summary>The id or path.</summary>
    public override string ToString() => Value;
}

/// <summary>Lets PowerShell make job files.</summary>
public sealed class JobFileConverter : ObjectIdentityConverter
{
    /// <inheritdoc/>
    public override object ConvertFrom(
        object sourceValue,
        Type destinationType,
        IFormatProvider formatProvider,
        bool ignoreCase
    ) => JobFile.From(sourceValue);
}
