using System.Text.Json;
using System.Text.Json.Serialization;

namespace FineTuning.Core.Wire;

/// <summary>The body of a refused request.</summary>
public sealed record ErrorBody
{
    /// <summary>What went wrong.</summary>
    public ErrorDetail? Error { get; init; }
}

/// <summary>What went wrong.</summary>
public sealed record ErrorDetail
{
    /// <summary>The service's words.</summary>
    public string? Message { get; init; }

    /// <summary>Such as <c>invalid_request_error</c>.</summary>
    public string? Type { get; init; }

    /// <summary>The parameter at fault.</summary>
    public string? Param { get; init; }

    /// <summary>Such as <c>model_not_available</c>; a string, or a number at some gateways.</summary>
    [JsonConverter(typeof(StringOrNumberConverter))]
    public string? Code { get; init; }
}

/// <summary>Gateways send the code as a number; the text of it serves as well.</summary>
internal sealed class StringOrNumberConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, System.Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.Null or JsonTokenType.String)
        {
            return reader.GetString();
        }

        using var value = JsonDocument.ParseValue(ref reader);
        return value.RootElement.GetRawText();
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);
}
