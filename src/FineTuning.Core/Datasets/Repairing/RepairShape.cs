namespace FineTuning.Core.Datasets.Repairing;

// What a file is, apart from what is wrong with its lines.
internal enum RepairShape
{
    // Examples on lines, good and bad ones.
    Lines,

    // JSON objects over several lines, or in an array: they can be put on lines.
    Document,

    // It was meant to be a document and is broken: to touch its lines would only do harm.
    BrokenDocument,
}
