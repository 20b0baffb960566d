namespace FineTuning.Core.Datasets.Repairing;

// What a file is, apart from what is wrong with its lines.
internal enum RepairShape
{
    // Examples on lines, good and bad ones.
    Lines,

    // JSON objects over several lines, or in an array: they can be put on lines.
    Document,

    // A broken document: repairs of single lines would only make it worse.
    BrokenDocument,
}
