using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FineTuning.Core.Wire;

/// <summary>Times are Unix seconds on the wire; some gateways send fractions, quotes or ISO 8601.</summary>
internal sealed class UnixTimeConverter : JsonConverter<DateTimeOffset>
{
    // The bounds of DateTimeOffset in Unix seconds: a value beyond them must be a JsonException, not an
    // ArgumentOutOfRangeException.
    private const double Earliest = -62135596800,
        Latest = 253402300799;

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            return FromSeconds(reader.GetDouble());
        }

        string? text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds))
        {
            return FromSeconds(seconds);
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

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.ToUnixTimeSeconds());

    private static DateTimeOffset FromSeconds(double seconds) =>
        seconds is >= Earliest and <= Latest
            ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
            : throw new JsonException("A time lies outside the calendar.");
}
