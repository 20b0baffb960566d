using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FineTuning.Core.Grading.Templates;

/// <summary>The values that templates name while one sample is graded. Belongs to one thread at a time.</summary>
internal sealed class SampleScope(string output, JsonElement? item, CancellationToken cancellationToken)
{
    /// <summary>The most characters of a filled template.</summary>
    public const int MaxRendered = 1_000_000;

    private static readonly string[] s_fields = ["output_text", "output_json", "output_tools", "choices"];

    // Compact, and with every character as it is: the text goes into prompts and comparisons, not into HTML.
    private static readonly JsonWriterOptions s_compact = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private bool _isParsed;
    private JsonElement? _json;
    private JsonElement? _sample;

    /// <summary>What a sample has.</summary>
    public static IReadOnlyList<string> Fields => s_fields;

    /// <summary>The dataset item; an empty object if there is none.</summary>
    public JsonElement Item { get; } = item is { ValueKind: JsonValueKind.Object } some ? some : Parse("{}");

    /// <summary>The sample as an object: output_text, output_json (null if it is not JSON), output_tools,
    /// choices.</summary>
    public JsonElement Sample => _sample ??= BuildSample();

    public static bool IsField(string name) => Array.IndexOf(s_fields, name) >= 0;

    /// <exception cref="GradingException">There is no such value.</exception>
    /// <exception cref="OperationCanceledException">The grading was cancelled.</exception>
    public string Read(TemplatePath path)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (path.Root == "item")
        {
            return Text(
                path.Find(Item)
                    ?? throw Missing(path, item is null ? "no item was given" : "the item has no such field")
            );
        }

        if (path.Text == "sample.output_text")
        {
            return output;
        }

        if (path.Field == "output_json" && OutputJson() is null)
        {
            throw new GradingException(
                new GradeErrors
                {
                    SampleParseError = true,
                    Message = $"{{{{ {path.Text} }}}} cannot be filled: the sample is not JSON.",
                }
            );
        }

        return Text(path.Find(Sample) ?? throw Missing(path, "the sample has no such field"));
    }

    /// <exception cref="GradingException">It is too long.</exception>
    public void CheckLength(int length)
    {
        if (length > MaxRendered)
        {
            throw new GradingException(
                new GradeErrors
                {
                    OtherError = true,
                    Message = FormattableString.Invariant($"A filled template has more than {MaxRendered} characters."),
                }
            );
        }
    }

    private static GradingException Missing(TemplatePath path, string why) =>
        new(
            new GradeErrors { InvalidVariableError = true, Message = $"{{{{ {path.Text} }}}} cannot be filled: {why}." }
        );

    private static string Text(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString()!;
        }

        using MemoryStream buffer = new();
        using (Utf8JsonWriter writer = new(buffer, s_compact))
        {
            value.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private JsonElement? OutputJson()
    {
        if (!_isParsed)
        {
            _isParsed = true;
            try
            {
                _json = Parse(output);
            }
            catch (Exception e) when (e is JsonException or ArgumentException)
            {
                // Not JSON; or no text at all, such as half of a character.
            }
        }

        return _json;
    }

    private JsonElement BuildSample()
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            string text = WellFormed(output);
            writer.WriteStartObject();
            writer.WriteString("output_text", text);
            writer.WritePropertyName("output_json");
            if (OutputJson() is { } json)
            {
                json.WriteTo(writer);
            }
            else
            {
                writer.WriteNullValue();
            }

            writer.WriteStartArray("output_tools");
            writer.WriteEndArray();
            writer.WriteStartArray("choices");
            writer.WriteStartObject();
            writer.WriteNumber("index", 0);
            writer.WriteString("finish_reason", "stop");
            writer.WriteStartObject("message");
            writer.WriteString("role", "assistant");
            writer.WriteString("content", text);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.ToArray(), new JsonDocumentOptions { MaxDepth = 128 });
        return document.RootElement.Clone();
    }

    // Halves of characters become U+FFFD: JSON cannot carry them.
    private static string WellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
