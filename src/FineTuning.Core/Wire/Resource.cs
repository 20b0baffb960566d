using System.Text.Json;
using System.Text.Json.Serialization;

namespace FineTuning.Core.Wire;

/// <summary>
/// Something the service sends. Fields that are not known here are kept and written back as they came. Members that are
/// never null by their type get their default in the setter, because the JSON reader sets what was not sent to null,
/// over any initial value.
/// </summary>
public abstract record Resource
{
    /// <summary>The fields that have no property here, by their name on the wire; null if there are none.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? AdditionalFields { get; set; }
}

/// <summary>One page of a list.</summary>
/// <typeparam name="T">What is listed.</typeparam>
public sealed record ListResource<T> : Resource
{
    private readonly IReadOnlyList<T>? _data;

    /// <summary>Always <c>list</c>.</summary>
    [JsonPropertyName("object")]
    public string Kind
    {
        get;
        init => field = value ?? "list";
    } = "list";

    /// <summary>The items, newest first unless asked otherwise.</summary>
    public IReadOnlyList<T> Data
    {
        get => _data ?? [];
        init => _data = value;
    }

    /// <summary>Whether it has a list at all, even an empty one.</summary>
    internal bool HasData => _data is not null;

    /// <summary>Whether another page follows: the only sign of a list's end.</summary>
    public bool HasMore { get; init; }

    /// <summary>Id of the first item; not every provider and list has it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FirstId { get; init; }

    /// <summary>Id of the last item; not every provider and list has it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LastId { get; init; }
}

/// <summary>The answer to a delete.</summary>
public sealed record DeletedResource : Resource
{
    /// <summary>What was deleted.</summary>
    public string Id
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>The kind of what was deleted, such as <c>file</c>.</summary>
    [JsonPropertyName("object")]
    public string? Kind { get; init; }

    /// <summary>Whether it was deleted.</summary>
    public bool Deleted { get; init; }
}
