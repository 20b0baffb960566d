using System.Management.Automation;
using FineTuning.Errors;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>Where a repaired dataset goes: to a file that was named, in place of the source, or beside it.</summary>
internal sealed class RepairTarget
{
    private readonly string _source;
    private readonly bool _isNamed;
    private readonly bool _replaces;

    private RepairTarget(string source, string path, bool isNamed, bool replaces)
    {
        _source = source;
        Path = path;
        _isNamed = isNamed;
        _replaces = replaces;
        IsSource = string.Equals(path, source, LocalPath.Comparison);
    }

    /// <summary>The full path of the new file.</summary>
    public string Path { get; }

    /// <summary>Whether it is the source.</summary>
    public bool IsSource { get; }

    /// <summary>Whether the file is written also if there is nothing to mend: whoever names a file goes on with
    /// it.</summary>
    public bool IsAlwaysWritten => _isNamed && !IsSource;

    /// <summary>What a confirmation names.</summary>
    public string Description => IsSource ? _source : $"{_source} to {Path}";

    /// <summary>What a confirmation asks.</summary>
    public string Action => IsSource ? "Repair dataset in place" : "Repair dataset";

    /// <summary>Chooses the place.</summary>
    /// <param name="cmdlet">Knows the current folder.</param>
    /// <param name="source">The full path of the file to repair.</param>
    /// <param name="named">The new file as it was named; null if it was not.</param>
    /// <param name="replaces">Whether the source, or a file that is there, may be replaced.</param>
    public static RepairTarget Choose(PSCmdlet cmdlet, string source, string? named, bool replaces) =>
        new(
            source,
            named is not null ? LocalPath.Target(cmdlet, named)
                : replaces ? source
                : Beside(source),
            named is not null,
            replaces
        );

    /// <summary>Says why the file cannot be written there; null if it can.</summary>
    public ErrorRecord? Refuse()
    {
        if (IsSource)
        {
            return _replaces ? null : DatasetErrors.NotInPlace(Path);
        }

        string action = _isNamed
            ? "Use -Force to replace it, or -Destination to choose another place."
            : "Use -Destination with -Force to replace it; -Force alone repairs the file itself.";
        return FileErrors.Refuse(Path, _replaces, action);
    }

    private static string Beside(string source)
    {
        string extension = System.IO.Path.GetExtension(source);
        return System.IO.Path.ChangeExtension(source, "repaired" + (extension.Length > 0 ? extension : ".jsonl"));
    }
}
