namespace FineTuning.Core.Datasets;

// How datasets are opened: others may write or rename them meanwhile, as a log that grows.
internal static class DatasetFile
{
    // Read in large pieces from the start to the end, so a buffer in between would only be a copy more.
    public static FileStream Open(string path) =>
        new(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete,
            bufferSize: 1,
            FileOptions.SequentialScan
        );
}
