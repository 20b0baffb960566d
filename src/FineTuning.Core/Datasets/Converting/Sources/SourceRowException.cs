namespace FineTuning.Core.Datasets.Converting.Sources;

// A row that becomes no example. The message is the end of a sentence that starts with the line: "Line 3 ".
internal sealed class SourceRowException(string id, string message) : Exception(message)
{
    public string Id { get; } = id;

    // Another shape than that of the format, which all rows may have.
    public static SourceRowException Shape(string message) => new("ShapeUnknown", message);
}
