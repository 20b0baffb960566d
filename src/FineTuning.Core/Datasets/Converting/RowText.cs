using System.Globalization;
using System.Text.Json;

namespace FineTuning.Core.Datasets.Converting;

// Values as texts, the same under every culture.
internal static class RowText
{
    public static string Of(object? value)
    {
        switch (value)
        {
            case null:
                return string.Empty;
            case string text:
                return text;
            case bool flag:
                return flag ? "true" : "false";
            case DateTime { TimeOfDay.Ticks: 0 } date:
                return date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            case DateTime time:
                return time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture);
            case DateTimeOffset time:
                return time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture);
#if NET
            case DateOnly date:
                return date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            case TimeOnly time:
                return time.ToString("HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture);
#endif
            case double number:
                return number.ToString("R", CultureInfo.InvariantCulture);
            case float number:
                return number.ToString("R", CultureInfo.InvariantCulture);
            case JsonElement { ValueKind: JsonValueKind.String } element:
                return element.GetString()!;
            case JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined }:
                return string.Empty;
            case JsonElement element:
                // An answer may be an object: then its JSON is what the model is to write.
                var json = new JsonLineBuilder();
                json.TryValue(element);
                return json.ToString();
            default:
                return Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty;
        }
    }

    public static bool IsFinite(double value) => !double.IsNaN(value) && !double.IsInfinity(value);
}
