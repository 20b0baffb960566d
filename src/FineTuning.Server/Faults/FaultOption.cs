using System.Text.Json;
using FineTuning.Server.Hosting;
using FineTuning.Server.Http;
using FineTuning.Server.Requests;

namespace FineTuning.Server.Faults;

/// <summary>Rules that come from the command line.</summary>
internal static class FaultOption
{
    private const long MaxBytes = 16 * 1024 * 1024;

    // What the JSON reader makes an InvalidOperationException of.
    private const string NoText = "a text in it is no valid Unicode: it has half of a surrogate pair.";

    /// <exception cref="OptionException">It is no rule.</exception>
    public static FaultRule Read(string option, string text)
    {
        try
        {
            return FaultReader.Read(text);
        }
        catch (ApiException e)
        {
            throw new OptionException(option, e.Message);
        }
        catch (InvalidOperationException)
        {
            throw new OptionException(option, NoText);
        }
    }

    /// <summary>Rules from a file: a JSON array of objects and texts, or what GET /_server/faults gave.</summary>
    /// <exception cref="OptionException">The file cannot be read, or has what is no rule.</exception>
    public static IReadOnlyList<FaultRule> ReadFile(string option, string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            if (file.Length > MaxBytes)
            {
                throw new OptionException(option, $"'{path}' is too large for a list of fault rules.");
            }

            using var document = JsonDocument.Parse(file);
            JsonElement root = document.RootElement;
            return FaultReader.ReadList(
                root.ValueKind == JsonValueKind.Object ? RequestFields.Of(root)["data"].Value ?? root : root
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OptionException(option, $"'{path}' cannot be read: {e.Message}");
        }
        catch (JsonException e)
        {
            throw new OptionException(option, $"'{path}' is no valid JSON: {e.Message}");
        }
        catch (ApiException e)
        {
            throw new OptionException(option, $"'{path}': {e.Message}");
        }
        catch (InvalidOperationException)
        {
            throw new OptionException(option, $"'{path}': {NoText}");
        }
    }
}
