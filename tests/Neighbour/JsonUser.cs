using System.Text.Json;

namespace Neighbour;

/// <summary>Uses System.Text.Json, and says which one it got.</summary>
public static class JsonUser
{
    /// <summary>The assembly that is used.</summary>
    public static string Assembly => typeof(JsonDocument).Assembly.FullName;

    /// <summary>Adds the numbers of a JSON array, and writes the sum as JSON.</summary>
    public static string Sum(string json)
    {
        using var document = JsonDocument.Parse(json);
        double sum = 0;
        foreach (JsonElement number in document.RootElement.EnumerateArray())
        {
            sum += number.GetDouble();
        }

        return JsonSerializer.Serialize(Math.Round(sum, 6));
    }
}
