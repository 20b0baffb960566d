using System.Text.Json;
using System.Text.Json.Nodes;

namespace FineTuning.ExampleTrainer;

/// <summary>A question and the answer that is to be learned.</summary>
internal sealed record Example(string Prompt, string Answer);

/// <summary>The job as the server described it, for the orders "plan" and "train".</summary>
internal sealed class Job
{
    private readonly JsonObject _order;

    public Job(JsonObject order)
    {
        _order = order;
        if ((string?)order["method"] != "supervised")
        {
            throw new RefusedException(
                "unsupported_method",
                $"This trainer does 'supervised' only, not '{order["method"]}'.",
                "method"
            );
        }

        if (order["base_model_path"] is not null)
        {
            throw new RefusedException(
                "unsupported_model",
                "This trainer cannot go on from an earlier model.",
                "model"
            );
        }

        Training = Read((string)order["training_path"]!);
        Validation = order["validation_path"] is { } path ? Read((string)path!) : [];
        if (Training.Count == 0)
        {
            throw new RefusedException(
                "invalid_training_file",
                "The file has no assistant text to learn from.",
                "training_file"
            );
        }
    }

    public List<Example> Training { get; }

    public List<Example> Validation { get; }

    public int Seed => (int)_order["seed"]!;

    public int Epochs => (int)Number("n_epochs", 3);

    public int BatchSize => Math.Min((int)Number("batch_size", 1), Training.Count);

    /// <summary>How much one example counts.</summary>
    public double LearningRateMultiplier => Number("learning_rate_multiplier", 1);

    public int StepsPerEpoch => (Training.Count + BatchSize - 1) / BatchSize;

    public int TotalSteps => Epochs * StepsPerEpoch;

    /// <summary>Where state and models go. The server deletes what is no longer needed.</summary>
    public string WorkFolder => (string)_order["work_folder"]!;

    /// <summary>A state that an earlier start of this program told of.</summary>
    public string? ResumeFrom => (string?)_order["resume_from"];

    /// <summary>The answer to "plan": what every 'auto' comes to. With "train" they come back as numbers.</summary>
    public JsonObject Plan() =>
        new()
        {
            ["type"] = "plan",
            ["n_epochs"] = Epochs,
            ["batch_size"] = BatchSize,
            ["learning_rate_multiplier"] = LearningRateMultiplier,
            ["examples"] = Training.Count,
            ["total_steps"] = TotalSteps,
        };

    private double Number(string name, double auto) =>
        _order["hyperparameters"]![name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            ? value.GetValue<double>()
            : auto;

    /// <summary>The server has checked every line already. Of a longer conversation, this small model learns the last
    /// answer.</summary>
    private static List<Example> Read(string path)
    {
        List<Example> examples = [];
        foreach (string line in File.ReadLines(path).Where(line => !string.IsNullOrWhiteSpace(line)))
        {
            JsonArray messages =
                JsonNode.Parse(line)!["messages"]?.AsArray()
                ?? throw new RefusedException("unsupported_data", "This trainer learns chats only.", "training_file");
            string? answer = Last(messages, "assistant");
            if (answer is not null)
            {
                examples.Add(new Example(Last(messages, "user") ?? string.Empty, answer));
            }
        }

        return examples;
    }

    private static string? Last(JsonArray messages, string role)
    {
        JsonNode? content = messages.LastOrDefault(message => (string?)message!["role"] == role)?["content"];
        return content is JsonValue value && value.GetValueKind() == JsonValueKind.String
            ? value.GetValue<string>()
            : null;
    }
}
