namespace FineTuning.Core.Datasets;

/// <summary>How bad a problem is.</summary>
public enum ProblemSeverity
{
    /// <summary>The service takes it, but it is probably not what was meant.</summary>
    Warning,

    /// <summary>The service would refuse the file.</summary>
    Error,
}
