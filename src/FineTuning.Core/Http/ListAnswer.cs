using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FineTuning.Core.Errors;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Http;

/// <summary>An answer that is a page of a list.</summary>
/// <param name="json">How it is read.</param>
/// <param name="item">How an entry is read.</param>
/// <param name="name">An entry in words, such as <c>job</c>.</param>
/// <param name="id">The id of an entry.</param>
internal sealed class ListAnswer<T>(
    JsonTypeInfo<ListResource<T>> json,
    JsonTypeInfo<T> item,
    string name,
    Func<T, string> id
) : AnswerType<ListResource<T>>(json, "has no list")
    where T : Resource
{
    public override bool IsGood(ListResource<T> answer)
    {
        if (!answer.HasData || TellsError(answer))
        {
            return false;
        }

        foreach (T? entry in answer.Data)
        {
            if (entry is null)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What a list has counts, even if the service tells of an error beside it.</summary>
    public override bool IsResource(JsonElement root) => Entries(root) is { } entries && entries.GetArrayLength() > 0;

    public override ListResource<T>? Mend(JsonElement root, ICollection<string> odd)
    {
        // Go writes an empty list as null.
        bool isEmpty =
            root.ValueKind == JsonValueKind.Object
            && root.TryGetProperty("data", out JsonElement none)
            && none.ValueKind == JsonValueKind.Null
            && root.TryGetProperty("object", out JsonElement kind)
            && kind.ValueKind == JsonValueKind.String
            && kind.ValueEquals("list");
        if (Entries(root) is not { } entries && !isEmpty)
        {
            return null;
        }

        List<T> items = isEmpty ? [] : ReadAll(Entries(root)!.Value, odd);
        if (!isEmpty && items.Count == 0 && Entries(root)!.Value.GetArrayLength() > 0)
        {
            return null;
        }

        var note = new OddObject($"list of {name}s");
        ListResource<T> list =
            root.ValueKind == JsonValueKind.Object ? OddReader.Read(root, Json, note, except: "data") ?? new() : new();
        Note(note, odd);
        if (ErrorSigns.Find(root) is JsonElement error)
        {
            odd.Add($"The list of {name}s came with an error: {ErrorWords.Read(error).Message ?? error.GetRawText()}");
        }

        return list with
        {
            Data = items,
        };
    }

    private List<T> ReadAll(JsonElement entries, ICollection<string> odd)
    {
        List<T> items = [];
        int number = 0;
        foreach (JsonElement entry in entries.EnumerateArray())
        {
            number++;
            var note = new OddObject(name);
            if (OddReader.Read(entry, item, note) is not T read)
            {
                odd.Add(
                    FormattableString.Invariant($"Entry {number} of the list of {name}s is no {name}: {Short(entry)}")
                );
                continue;
            }

            items.Add(read);
            Note(id(read).Length == 0 ? note : note with { Name = $"{name} {id(read)}" }, odd);
        }

        return items;
    }

    /// <summary>The entries; some services send them without anything around them.</summary>
    private static JsonElement? Entries(JsonElement root) =>
        root.ValueKind == JsonValueKind.Array ? root
        : root.ValueKind == JsonValueKind.Object
        && root.TryGetProperty("data", out JsonElement data)
        && data.ValueKind == JsonValueKind.Array
            ? data
        : null;

    private static string Short(JsonElement entry)
    {
        const int Max = 80;
        string raw = entry.GetRawText();
        return raw.Length > Max ? raw.Substring(0, Max) + "…" : raw + ".";
    }
}
