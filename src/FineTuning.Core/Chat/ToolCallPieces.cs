using System.Text;
using System.Text.Json;
using FineTuning.Core.Json;

namespace FineTuning.Core.Chat;

/// <summary>Puts the calls of tools together that a stream brings in pieces: the first has id and name, the others more
/// of the arguments.</summary>
internal sealed class ToolCallPieces
{
    private readonly SortedDictionary<int, Call> _calls = [];

    /// <summary>Adds the calls of one piece; nothing where it has none.</summary>
    public void Add(JsonElement? pieces)
    {
        if (pieces is not { ValueKind: JsonValueKind.Array } list)
        {
            return;
        }

        foreach (JsonElement piece in list.EnumerateArray())
        {
            if (piece.ValueKind != JsonValueKind.Object)
            {
                continue;
            }

            int index =
                piece.TryGetProperty("index", out JsonElement place)
                && place.ValueKind == JsonValueKind.Number
                && place.TryGetInt32(out int number)
                    ? number
                    : _calls.Count;
            if (!_calls.TryGetValue(index, out Call? call))
            {
                _calls[index] = call = new Call();
            }

            call.Id ??= JsonPieces.Text(piece, "id");
            call.Type ??= JsonPieces.Text(piece, "type");
            if (
                piece.TryGetProperty("function", out JsonElement function)
                && function.ValueKind == JsonValueKind.Object
            )
            {
                call.Name ??= JsonPieces.Text(function, "name");
                call.Arguments.Append(JsonPieces.Text(function, "arguments"));
            }
        }
    }

    /// <summary>The calls as the service writes them in an answer that comes as a whole; null if there are
    /// none.</summary>
    public JsonElement? ToJson()
    {
        if (_calls.Count == 0)
        {
            return null;
        }

        return JsonPieces.Build(writer =>
        {
            writer.WriteStartArray();
            foreach (Call call in _calls.Values)
            {
                writer.WriteStartObject();
                writer.WriteString("id", call.Id);
                writer.WriteString("type", call.Type ?? "function");
                writer.WriteStartObject("function");
                writer.WriteString("name", call.Name);
                writer.WriteString("arguments", call.Arguments.ToString());
                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    private sealed class Call
    {
        public string? Id { get; set; }

        public string? Type { get; set; }

        public string? Name { get; set; }

        public StringBuilder Arguments { get; } = new();
    }
}
