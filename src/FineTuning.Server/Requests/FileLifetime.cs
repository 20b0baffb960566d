using System.Globalization;
using System.Text.Json;
using FineTuning.Core.Json;
using FineTuning.Server.Http;

namespace FineTuning.Server.Requests;

/// <summary>How long a file is to live, as a form or a JSON body says it.</summary>
internal static class FileLifetime
{
    private const int Min = 3600,
        Max = 2_592_000;

    /// <param name="anchor">The field <c>expires_after[anchor]</c> of a form; null if it is missing.</param>
    /// <param name="seconds">The field <c>expires_after[seconds]</c>.</param>
    /// <returns>Null if the file is to stay.</returns>
    public static TimeSpan? Read(string? anchor, string? seconds)
    {
        if (anchor is null && seconds is null)
        {
            return null;
        }

        CheckAnchor(anchor, "expires_after[anchor]");
        return Check(
            int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null,
            "expires_after[seconds]"
        );
    }

    /// <summary>The property <c>expires_after</c> of a body.</summary>
    public static TimeSpan? Read(JsonElement body)
    {
        JsonField value = RequestFields.Of(body)["expires_after"];
        if (value.AsObject() is null)
        {
            return null;
        }

        value.CheckNames(["anchor", "seconds"]);
        CheckAnchor(value["anchor"].Value?.ToString(), "expires_after.anchor");
        return Check(
            value["seconds"].Value is { ValueKind: JsonValueKind.Number } seconds && seconds.TryGetInt32(out int number)
                ? number
                : null,
            "expires_after.seconds"
        );
    }

    private static void CheckAnchor(string? anchor, string path)
    {
        if (anchor != "created_at")
        {
            throw ApiErrors.BadValue(path, RequestFields.Cut(anchor ?? string.Empty), "'created_at'");
        }
    }

    private static TimeSpan Check(int? seconds, string path) =>
        seconds is >= Min and <= Max
            ? TimeSpan.FromSeconds(seconds.Value)
            : throw ApiErrors.BadRequest($"Invalid '{path}': expected an integer from {Min} to {Max}.", path);
}
