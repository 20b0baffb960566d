namespace FineTuning.Core.Datasets;

/// <summary>Numbers of examples that more than one place goes by.</summary>
public static class DatasetLimits
{
    /// <summary>The fewest examples of a training file that services take.</summary>
    public const int MinTrainingExamples = 10;

    /// <summary>How many first rows of an input are tried: if none of them can be used it is not the rows, and a
    /// million errors would say no more.</summary>
    public const int FirstRows = 10;
}
