using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FineTuning.Core.Wire;

/// <summary>A number, or the word <c>auto</c>, with which the service chooses it. The default value is
/// 'auto'.</summary>
/// <typeparam name="T"><see cref="int"/> or <see cref="double"/>.</typeparam>
[JsonConverter(typeof(AutoOrConverterFactory))]
public readonly struct AutoOr<T> : IEquatable<AutoOr<T>>
    where T : struct, IFormattable
{
    private readonly T? _value;

    /// <summary>Makes a fixed number.</summary>
    /// <param name="value">The number.</param>
    public AutoOr(T value) => _value = value;

    /// <summary>The service chooses.</summary>
    public static AutoOr<T> Auto => default;

    /// <summary>Whether the service chooses.</summary>
    public bool IsAuto => _value is null;

    /// <summary>The number, or null for 'auto'.</summary>
    public T? Value => _value;

    /// <summary>Makes a fixed number.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator AutoOr<T>(T value) => new(value);

    /// <summary>Compares values; two 'auto' are equal.</summary>
    public static bool operator ==(AutoOr<T> left, AutoOr<T> right) => left.Equals(right);

    /// <summary>Compares values; two 'auto' are equal.</summary>
    public static bool operator !=(AutoOr<T> left, AutoOr<T> right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(AutoOr<T> other) => EqualityComparer<T?>.Default.Equals(_value, other._value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is AutoOr<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value.GetHashCode();

    /// <summary>The word auto, or the number in invariant form.</summary>
    public override string ToString() => _value?.ToString(null, CultureInfo.InvariantCulture) ?? "auto";
}

/// <summary>Reads 'auto', numbers, and numbers in quotes, as some providers send them.</summary>
internal sealed class AutoOrConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert == typeof(AutoOr<int>) || typeToConvert == typeof(AutoOr<double>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        typeToConvert == typeof(AutoOr<int>) ? new Int32Converter() : new DoubleConverter();

    private static double? ReadNumber(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            return Finite(reader.GetDouble());
        }

        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException("A hyperparameter must be the word auto or a number.");
        }

        string text = reader.GetString()!;
        if (string.Equals(text, "auto", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? Finite(number)
            : throw new JsonException($"A hyperparameter must be the word auto or a number, not '{text}'.");

        // JSON cannot carry the others, so they could be read but never written again.
        static double Finite(double number) =>
            double.IsNaN(number) || double.IsInfinity(number)
                ? throw new JsonException("A hyperparameter must be the word auto or a finite number.")
                : number;
    }

    private sealed class Int32Converter : JsonConverter<AutoOr<int>>
    {
        public override AutoOr<int> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            double? number = ReadNumber(ref reader);
            if (number is null)
            {
                return default;
            }

            return number == Math.Truncate(number.Value) && Math.Abs(number.Value) <= int.MaxValue
                ? (int)number.Value
                : throw new JsonException("This hyperparameter must be the word auto or a whole number.");
        }

        public override void Write(Utf8JsonWriter writer, AutoOr<int> value, JsonSerializerOptions options)
        {
            if (value.Value is int number)
            {
                writer.WriteNumberValue(number);
            }
            else
            {
                writer.WriteStringValue("auto");
            }
        }
    }

    private sealed class DoubleConverter : JsonConverter<AutoOr<double>>
    {
        public override AutoOr<double> Read(
            ref Utf8JsonReader reader,
            Type typeToConvert,
            JsonSerializerOptions options
        ) => ReadNumber(ref reader) is double number ? number : default(AutoOr<double>);

        public override void Write(Utf8JsonWriter writer, AutoOr<double> value, JsonSerializerOptions options)
        {
            if (value.Value is double number)
            {
                writer.WriteNumberValue(number);
            }
            else
            {
                writer.WriteStringValue("auto");
            }
        }
    }
}
