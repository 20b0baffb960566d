namespace FineTuning.Core.Datasets.Converting;

/// <summary>A file was to be replaced by a longer one, and somebody else changed it meanwhile. It is left as they made
/// it.</summary>
/// <param name="path">The full path.</param>
public sealed class DatasetChangedException(string path)
    : IOException($"The file '{path}' was changed meanwhile; to add to what it was would lose the change.");
