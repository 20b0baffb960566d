using System.Globalization;
using System.Security;
using System.Text.Json;
using FineTuning.Core.Errors;

namespace FineTuning.Core.Credentials;

/// <summary>Reads what identity endpoints answer, each of which writes it a little differently.</summary>
internal static class IdentityAnswer
{
    /// <summary>Reads the token.</summary>
    /// <exception cref="FineTuningApiException">There is none.</exception>
    public static AccessToken ReadToken(string body, IdentityHost host)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            string text = root.GetProperty("access_token").GetString()!;
            var token = new SecureString();
            foreach (char c in text)
            {
                token.AppendChar(c);
            }

            return new AccessToken(token, ReadEnd(root));
        }
        catch (Exception e)
            when (e
                    is JsonException
                        or InvalidOperationException
                        or System.Collections.Generic.KeyNotFoundException
                        or NullReferenceException
            )
        {
            throw FineTuningApiException.NoToken($"The answer of {host.Name} has no token.", mayPass: true);
        }
    }

    private static DateTimeOffset? ReadEnd(JsonElement root)
    {
        // Some send numbers, some texts of numbers, the oldest a date; some only how long it lasts.
        if (
            root.TryGetProperty("expires_on", out JsonElement on)
            && on.ValueKind == JsonValueKind.String
            && DateTimeOffset.TryParse(
                on.GetString(),
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out DateTimeOffset date
            )
        )
        {
            return date;
        }

        return Number("expires_on") is double end && end < 253402300800 ? DateTimeOffset.FromUnixTimeSeconds((long)end)
            : Number("expires_in") is double seconds
                ? DateTimeOffset.UtcNow.AddSeconds(Math.Min(seconds, 366 * 86400.0))
            : null;

        double? Number(string name) =>
            root.TryGetProperty(name, out JsonElement value)
            && double.TryParse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && number >= 0
                ? number
                : null;
    }

    /// <summary>What the endpoint says about a refusal; null if it says nothing that can be read.</summary>
    public static string? ReadError(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            foreach (string name in new[] { "error_description", "message", "error" })
            {
                if (
                    root.ValueKind == JsonValueKind.Object
                    && root.TryGetProperty(name, out JsonElement text)
                    && text.ValueKind == JsonValueKind.String
                )
                {
                    return text.GetString();
                }
            }
        }
        catch (JsonException)
        {
            // A body that is no JSON explains nothing; the status is told.
        }

        return null;
    }
}
