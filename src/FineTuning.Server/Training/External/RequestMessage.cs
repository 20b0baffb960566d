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
        message["hyperparameters"] = Numbers(
            request.Method,
            number => number.Get(request.Hyperparameters) ?? number.Default
        );
        return message;
    }

    /// <summary>The request to train by a plan, or to go on.</summary>
    /// <param name="request">The job.</param>
    /// <param name="plan">The settled numbers.</param>
    /// <param name="resumeFrom">A state of its own; null starts from the beginning.</param>
    public static JsonObject Train(TrainingRequest request, TrainingPlan plan, string? resumeFrom)
    {
        JsonObject message = Common("train", request);

        // A plan settles numbers; a word that was not given is the usual one.
        message["hyperparameters"] = Numbers(
            request.Method,
            number =>
                number.Bounds is null
                    ? number.Get(request.Hyperparameters) ?? number.Default
                    : number.Get(plan.Hyperparameters)
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

    private static JsonObject Numbers(string method, Func<HyperparameterDefinition, object?> valueOf)
    {
        var numbers = new JsonObject();
        foreach (HyperparameterDefinition number in HyperparameterTable.NumbersFirst(method))
        {
            if (valueOf(number) is { } value)
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
