using System.Text.Json.Nodes;
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
        var numbers = new JsonObject
        {
            ["n_epochs"] = OrAuto(request.EpochCount),
            ["batch_size"] = OrAuto(request.BatchSize),
            ["learning_rate_multiplier"] = OrAuto(request.LearningRateMultiplier),
        };
        if (request.Method == "dpo")
        {
            numbers["beta"] = OrAuto(request.Beta);
        }
        else if (request.Method == "reinforcement")
        {
            numbers["compute_multiplier"] = OrAuto(request.ComputeMultiplier);
            numbers["eval_interval"] = OrAuto(request.EvalInterval);
            numbers["eval_samples"] = OrAuto(request.EvalSamples);
            numbers["reasoning_effort"] = request.ReasoningEffort ?? "default";
        }

        message["hyperparameters"] = numbers;
        return message;
    }

    /// <summary>The request to train by a plan, or to go on.</summary>
    /// <param name="request">The job.</param>
    /// <param name="plan">The settled numbers.</param>
    /// <param name="resumeFrom">A state of its own; null starts from the beginning.</param>
    public static JsonObject Train(TrainingRequest request, TrainingPlan plan, string? resumeFrom)
    {
        JsonObject message = Common("train", request);
        var numbers = new JsonObject
        {
            ["n_epochs"] = plan.EpochCount,
            ["batch_size"] = plan.BatchSize,
            ["learning_rate_multiplier"] = plan.LearningRateMultiplier,
        };
        Add(numbers, "beta", plan.Beta);
        Add(numbers, "compute_multiplier", plan.ComputeMultiplier);
        Add(numbers, "eval_interval", plan.EvalInterval);
        Add(numbers, "eval_samples", plan.EvalSamples);
        if (request.Method == "reinforcement")
        {
            numbers["reasoning_effort"] = request.ReasoningEffort ?? "default";
        }

        message["hyperparameters"] = numbers;
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

    private static JsonNode OrAuto<T>(T? number)
        where T : struct => number is { } value ? JsonValue.Create(value)! : JsonValue.Create("auto");

    private static void Add<T>(JsonObject numbers, string name, T? number)
        where T : struct
    {
        if (number is { } value)
        {
            numbers[name] = JsonValue.Create(value);
        }
    }
}
