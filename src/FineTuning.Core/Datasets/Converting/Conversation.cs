using System.Text;

namespace FineTuning.Core.Datasets.Converting;

// The messages of the rows that follow each other and belong together.
internal sealed class Conversation(ConvertOptions options, RowReader reader)
{
    // The names under which programs and collections of conversations write the two speakers.
    private static readonly Dictionary<string, string> s_roles = new(StringComparer.OrdinalIgnoreCase)
    {
        ["user"] = "user",
        ["human"] = "user",
        ["customer"] = "user",
        ["assistant"] = "assistant",
        ["gpt"] = "assistant",
        ["bot"] = "assistant",
        ["ai"] = "assistant",
        ["agent"] = "assistant",
        ["model"] = "assistant",
        ["system"] = "system",
        ["developer"] = "developer",
    };

    private readonly JsonLineBuilder _json = new();
    private string _group = string.Empty;
    private long _bytes;
    private bool _isOpen;
    private bool _isSpoilt;
    private bool _hasAssistant;

    public long FirstRow { get; private set; }

    // Whether more came than an example may have; none of it is kept then.
    public bool IsTooLong { get; private set; }

    // The start of a sentence.
    public string Subject => $"The rows from {FirstRow} on, with '{_group}' in '{options.GroupProperty}',";

    public bool Continues(string group) => _isOpen && group == _group;

    public void Begin(string group)
    {
        _group = group;
        FirstRow = reader.Number;
        IsTooLong = false;
        _bytes = 0;
        _isOpen = true;
        _isSpoilt = false;
        _hasAssistant = false;
        _json.Clear();
    }

    // Adds the message of the row. One that cannot be read spoils the whole example: without it, the others may mean
    // something else.
    public void Add(PropertyMap map)
    {
        if (IsTooLong)
        {
            return;
        }

        bool isGood = !_isSpoilt;
        _isSpoilt = true;
        string? role = Role(map.Role);
        string? content = role is null
            ? null
            : reader.Text(map.Content, nameof(ConvertOptions.ContentProperty), "message");
        bool mayHaveSystem = reader.Number == FirstRow && role is not ("system" or "developer");
        string? system =
            content is null ? null
            : mayHaveSystem ? reader.System(map.System)
            : string.Empty;
        if (system is null || !isGood)
        {
            return;
        }

        _isSpoilt = false;
        _bytes += Encoding.UTF8.GetByteCount(content!);
        if (_bytes > options.MaxExampleBytes)
        {
            // A group without an end would take all memory.
            IsTooLong = true;
            _json.Clear();
            return;
        }

        if (system.Length > 0)
        {
            _json.Message("system", system).Raw(",");
        }

        _hasAssistant |= role == "assistant";
        _json.Raw(reader.Number == FirstRow ? "" : ",").Message(role!, content!);
    }

    // Closes the example; false if nothing was open, or if its problem has been told already. There is neither if it is
    // too long.
    public bool TryEnd(out string? example, out RowProblem? problem)
    {
        example = null;
        problem = null;
        bool isOpen = _isOpen && !_isSpoilt;
        _isOpen = false;
        if (!isOpen)
        {
            return false;
        }

        if (IsTooLong)
        {
            return true;
        }

        if (_hasAssistant)
        {
            example = "{\"messages\":[" + _json + "]}";
        }
        else
        {
            problem = new RowProblem
            {
                Row = FirstRow,
                Id = "NoAnswer",
                Property = options.GroupProperty,
                Message = $"{Subject} have no message of the assistant, so there is nothing to learn.",
            };
        }

        return true;
    }

    private string? Role(string? property)
    {
        if (reader.Text(property, nameof(ConvertOptions.RoleProperty), "role") is not string name)
        {
            return null;
        }

        if (s_roles.TryGetValue(name.Trim(), out string? role))
        {
            return role;
        }

        reader.Fail(
            "RoleUnknown",
            $"Row {reader.Number}: '{property}' is '{name}', which is not one of {string.Join(", ", s_roles.Keys)}. "
                + $"The example it belongs to is left out.",
            property,
            null
        );
        return null;
    }
}
