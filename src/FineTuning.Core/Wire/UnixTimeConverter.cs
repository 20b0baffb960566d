using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FineTuning.Core.Wire;

/// <summary>
/// Times are Unix seconds on the wire; some gateways send milliseconds or less, fractions, quotes or ISO 8601. Null, an
/// empty text, and zero or less mean none, which is the default value.
/// </summary>
internal sealed class UnixTimeConverter : JsonConverter<DateTimeOffset>
{
    public override bool HandleNull => true;

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ReadTime(ref reader) ?? default;

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.ToUnixTimeSeconds());

    /// <summary>The time; null for none.</summary>
    /// <exception cref="JsonException">It is no time.</exception>
    public static DateTimeOffset? ReadTime(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.Number)
        {
            return FromNumber(reader.GetDouble());
        }

        string? text =
            reader.TokenType == JsonTokenType.String ? reader.GetString()
            : reader.TokenType == JsonTokenType.Null ? null
            : throw new JsonException("A time must be a number of seconds since 1970.");
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds))
        {
            return FromNumber(seconds);
        }

        return DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out DateTimeOffset time
        )
            ? time
            : throw new JsonException("A time must be a number of seconds since 1970.");
    }

    private static DateTimeOffset? FromNumber(double number)
    {
        if (number <= 0)
        {
            return null;
        }

        // The unit is told by the size: the last second of the calendar comes before March 1978 in milliseconds.
        const double Latest = 253402300799;
        for (double unit = 1; unit <= 1e9; unit *= 1000)
        {
            if (number / unit <= Latest)
            {
                return DateTimeOffset.FromUnixTimeSeconds((long)(number / unit));
            }
        }

        throw new JsonException("A time lies outside the calendar.");
    }
}

/// <summary>The same for a time that may be missing: none is null.</summary>
internal sealed class OptionalUnixTimeConverter : JsonConverter<DateTimeOffset?>
{
    public override bool HandleNull => true;

    public override DateTimeOffset? Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    ) => UnixTimeConverter.ReadTime(ref reader);

    public override void Write(Utf8JsonWriter writer, DateTimeOffset? value, JsonSerializerOptions options)
    {
        if (value is DateTimeOffset time)
        {
            writer.WriteNumberValue(time.ToUnixTimeSeconds());
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
