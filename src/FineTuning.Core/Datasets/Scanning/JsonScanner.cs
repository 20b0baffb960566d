using System.Text.Json;
using FineTuning.Core.Datasets.Rules;

namespace FineTuning.Core.Datasets.Scanning;

// Walks one line once, for the rules. It keeps the path, and sees every key and every string, so that what can be wrong
// with any of them is found wherever it is. A rule is handed the scanner on the first token of a value and leaves it on
// the last.
internal ref struct JsonScanner
{
    internal static readonly ProblemCode DuplicateKey = ProblemCode.Warning(
        "FT1108",
        "duplicate key",
        "An object has the same key twice. Only one of the values is used, as a rule the last.",
        "Remove one of the two.",
        """{"prompt":"a","prompt":"b","completion":"c"}"""
    );

    internal static readonly ProblemCode LoneSurrogate = ProblemCode.Warning(
        "FT1109",
        "half a character",
        "A string has half of a surrogate pair, so it is not valid text; the half is replaced or refused.",
        "Write the whole character, or remove the half.",
        """{"prompt":"\ud800","completion":"b"}"""
    );

    // Python and JavaScript take more, but no real example has it, and a bound keeps the walk from overflowing the
    // stack.
    public const int MaxDepth = 128;

    private readonly LineContext _line;
    private Utf8JsonReader _reader;

    public JsonScanner(LineContext line)
    {
        _line = line;
        _reader = new Utf8JsonReader(line.Line, new JsonReaderOptions { MaxDepth = MaxDepth });
    }

    public readonly JsonTokenType Token => _reader.TokenType;

    public readonly bool IsString => _reader.TokenType == JsonTokenType.String;

    public readonly bool IsNull => _reader.TokenType == JsonTokenType.Null;

    // Whether the current value is a list of which nothing but white space is between the brackets.
    public readonly bool IsEmptyList
    {
        get
        {
            if (_reader.TokenType != JsonTokenType.StartArray)
            {
                return false;
            }

            ReadOnlySpan<byte> rest = JsonText.TrimStart(_line.Line.Slice(End));
            return !rest.IsEmpty && rest[0] == (byte)']';
        }
    }

    // Where the current token starts in the line, and where it ends.
    public readonly int Start => (int)_reader.TokenStartIndex;

    public readonly int End => (int)_reader.BytesConsumed;

    // The current string as it stands in the line, with its escapes.
    public readonly ReadOnlySpan<byte> Raw => _reader.ValueSpan;

    // The current string without escapes; valid until the next one is asked for.
    public readonly ReadOnlySpan<byte> Value =>
        _reader.ValueIsEscaped ? _line.Unescape(_reader.ValueSpan) : _reader.ValueSpan;

    // What the current value is, for messages.
    public readonly string Kind =>
        _reader.TokenType switch
        {
            JsonTokenType.StartObject => "an object",
            JsonTokenType.StartArray => "a list",
            JsonTokenType.String => "a string",
            JsonTokenType.Number => "a number",
            JsonTokenType.Null => "null",
            JsonTokenType.True => "true",
            JsonTokenType.False => "false",
            _ => "nothing",
        };

    public void ReadFirst() => ReadValue();

    public readonly bool TryGetDouble(out double number) => _reader.TryGetDouble(out number);

    public readonly void EnterObject() => _line.Path.EnterObject(_line.Keys.Open());

    public readonly void EnterArray() => _line.Path.EnterArray();

    // Goes to the value of the next key; false at the end of the object.
    public bool NextProperty(out Key key)
    {
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.EndObject)
        {
            _line.Keys.Close(_line.Path.Keys);
            _line.Path.Leave();
            key = Key.Other;
            return false;
        }

        ReadOnlySpan<byte> name = _reader.ValueSpan;
        _line.Path.SetKey((int)_reader.TokenStartIndex + 1, name.Length);
        if (_reader.ValueIsEscaped)
        {
            CheckSurrogates();
            name = _line.Unescape(name);
        }

        key = Keys.Parse(name);

        // A known key is its own small number; of others the top bit keeps them apart from those.
        ulong id = key != Key.Other ? (ulong)key : Hash128.Of(name).Low | (1UL << 63);
        if (!_line.Keys.Add(_line.Path.Keys, id))
        {
            _line.Report(DuplicateKey, Start, null, $"The key \"{name}\" stands twice in the same object.");
        }

        ReadValue();
        return true;
    }

    // Goes to the next value of a list; false at its end.
    public bool NextElement()
    {
        _line.Path.NextElement();
        ReadValue();
        if (_reader.TokenType == JsonTokenType.EndArray)
        {
            _line.Path.Leave();
            return false;
        }

        return true;
    }

    // Goes over the current value, whatever it is.
    public void Skip()
    {
        if (_reader.TokenType == JsonTokenType.StartObject)
        {
            EnterObject();
            while (NextProperty(out _))
            {
                Skip();
            }
        }
        else if (_reader.TokenType == JsonTokenType.StartArray)
        {
            EnterArray();
            while (NextElement())
            {
                Skip();
            }
        }
    }

    private void ReadValue()
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.String)
        {
            return;
        }

        if (_reader.ValueIsEscaped && _line.MayHaveSurrogates)
        {
            CheckSurrogates();
        }

        if (_line.CheckSecrets)
        {
            SecretRules.Check(_line, Start + 1, _reader.ValueSpan);
        }
    }

    private readonly void CheckSurrogates()
    {
        int found = JsonText.IndexOfLoneSurrogate(_reader.ValueSpan);
        if (found >= 0)
        {
            ReadOnlySpan<byte> escape = _reader.ValueSpan.Slice(found, 6);
            _line.Report(
                LoneSurrogate,
                Start + 1 + found,
                null,
                $"The text has half a character, {escape}, without its other half."
            );
        }
    }
}
