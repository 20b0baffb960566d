using System.Text.Json.Nodes;
using FineTuning.Core.Jobs;
using FineTuning.Core.Wire;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Training.External;

/// <summary>A job as the program is told of it.</summary>
internal static class RequestMessage
{
    /// <summary>The version of the protocol.</summary>
    public const int Protocol = 1;

    /// <summary>The request for a plan: 'auto' is left to the program.</summary>
    public static JsonObject Plan(TrainingRequest request)
    {
        JsonObject message = Common("plan", request);
        message["hyperparameters"] = Numbers(request.Method, PlanNumbers.Of(request), orAuto: true);
        return message;
    }

    /// <summary>The request to train by a plan, or to go on.</summary>
    /// <param name="request">The job.</param>
    /// <param name="plan">The settled numbers.</param>
    /// <param name="resumeFrom">A state of its own; null starts from the beginning.</param>
    public static JsonObject Train(TrainingRequest request, TrainingPlan plan, string? resumeFrom)
    {
        JsonObject message = Common("train", request);
        message["hyperparameters"] = Numbers(
            request.Method,
            PlanNumbers.Of(plan) with
            {
                ReasoningEffort = request.ReasoningEffort,
            },
            orAuto: false
        );
        message["examples"] = plan.ExampleCount;
        message["total_steps"] = plan.TotalSteps;
        message["resume_from"] = resumeFrom;
        return message;
    }

    private static JsonObject Common(string type, TrainingRequest request) =>
        new()
        {
            ["type"] = type,
            ["protocol"] = Protocol,
            ["job_id"] = request.JobId,
            ["base_model"] = request.BaseModel,
            ["base_model_path"] = request.BaseModelPath,
            ["method"] = request.Method,
            ["training_path"] = request.TrainingPath,
            ["validation_path"] = request.ValidationPath,
            ["seed"] = request.Seed,
            ["work_folder"] = request.WorkFolder,
            ["grader"] = request.Grader is { } grader ? JsonNode.Parse(grader.GetRawText()) : null,
        };

    // A word that was not given is the usual one; a number is 'auto' where the program has still to choose.
    private static JsonObject Numbers(string method, Hyperparameters source, bool orAuto)
    {
        var numbers = new JsonObject();
        foreach (HyperparameterDefinition number in HyperparameterTable.NumbersFirst(method))
        {
            object? value = number.Get(source) ?? (orAuto || number.Bounds is null ? number.Default : null);
            if (value is not null)
            {
                numbers[number.WireName] = value switch
                {
                    AutoOr<int> { Value: { } whole } => JsonValue.Create(whole),
                    AutoOr<double> { Value: { } real } => JsonValue.Create(real),
                    _ => JsonValue.Create(value.ToString()),
                };
            }
        }

        return numbers;
    }
}
