using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Core.Jobs;
using FineTuning.Core.Wire;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Storage;

/// <summary>What 'auto' came to, as it is stored: every number of the table by the name of its property, null where the
/// method has none, and who settled them.</summary>
internal static class SettledNumbers
{
    private const string Trainer = "trainer";
    private static readonly (HyperparameterDefinition Number, string Name)[] s_names =
    [
        .. HyperparameterTable.Numbers.Select(number =>
            (number, JsonNamingPolicy.SnakeCaseLower.ConvertName(number.Name))
        ),
    ];

    public static string Write(TrainingPlan plan, string trainer)
    {
        JsonObject stored = [];
        foreach ((HyperparameterDefinition number, string name) in s_names)
        {
            stored[name] = number.GetNumber(plan.Hyperparameters);
        }

        stored[Trainer] = trainer;
        return stored.ToJsonString();
    }

    /// <returns>The numbers, and the trainer that settled them; null was the built-in one.</returns>
    public static (Hyperparameters Numbers, string? Trainer) Read(string stored)
    {
        var settled = JsonElement.Parse(stored);
        Hyperparameters numbers = new();
        foreach ((HyperparameterDefinition number, string name) in s_names)
        {
            if (Find(settled, name) is { } value)
            {
                numbers = number.SetNumber(numbers, value.GetDouble());
            }
        }

        return (numbers, Find(settled, Trainer)?.GetString());
    }

    /// <summary>A number that is younger than the row is not there.</summary>
    private static JsonElement? Find(JsonElement settled, string name) =>
        settled.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
