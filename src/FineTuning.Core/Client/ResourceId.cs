namespace FineTuning.Core.Client;

/// <summary>Tells what can be an id in the path of a request.</summary>
public static class ResourceId
{
    /// <summary>Whether it can be one.</summary>
    /// <param name="id">Any text. A dot segment is none: the Uri class would fold it away, and the request would go to
    /// another path.</param>
    public static bool IsOne(string? id) => !string.IsNullOrWhiteSpace(id) && id is not ("." or "..");
}
