using System.Text.Json;
using FineTuning.Core.Grading;
using FineTuning.Core.Wire;
using FineTuning.Server.Http;
using FineTuning.Server.Jobs;
using FineTuning.Server.Training.Methods;

namespace FineTuning.Server.Requests;

/// <summary>Checks the method of a new job and its numbers, in both places where clients put them.</summary>
internal static class MethodReader
{
    private const string GraderPath = "method.reinforcement.grader";
    private const double MaxBeta = 2,
        MinComputeMultiplier = 0.00001,
        MaxComputeMultiplier = 10;

    /// <summary>Every page of jobs repeats them.</summary>
    private const int MaxGraderText = 256 * 1024;

    /// <summary>An evaluation must come to an end.</summary>
    private const int MaxEvalSamples = 1000;

    private static readonly string[] s_methods =
    [
        TrainingMethods.Supervised,
        TrainingMethods.Preference,
        TrainingMethods.Reinforcement,
    ];
    private static readonly string[] s_efforts = ["default", "low", "medium", "high"];
    private static readonly string[] s_numbers = ["n_epochs", "batch_size", "learning_rate_multiplier"];
    private static readonly string[] s_rewardNumbers =
    [
        "reasoning_effort",
        "compute_multiplier",
        "eval_interval",
        "eval_samples",
    ];

    public static void Check(JsonElement body)
    {
        if (JobRequestReader.Object(body, "hyperparameters", "hyperparameters") is { } plain)
        {
            CheckNumbers(plain, "hyperparameters", TrainingMethods.Supervised);
        }

        if (JobRequestReader.Object(body, "method", "method") is not { } method)
        {
            return;
        }

        JobRequestReader.CheckNames(method, "method.", ["type", .. s_methods]);
        JsonElement type = JobRequestReader.Get(method, "type") ?? throw ApiErrors.Missing("method.type");
        if (type.ValueKind != JsonValueKind.String || !s_methods.Contains(type.GetString()))
        {
            throw ApiErrors.BadValue("method.type", type.ToString(), "'supervised', 'dpo', and 'reinforcement'");
        }

        string name = type.GetString()!;
        foreach (string other in s_methods.Where(other => other != name))
        {
            if (JobRequestReader.Get(method, other) is not null)
            {
                throw ApiErrors.BadRequest(
                    $"'method.{other}' does not go with the method type '{name}'.",
                    "method." + other,
                    "invalid_value"
                );
            }
        }

        CheckModel(body, name);
        CheckOptions(JobRequestReader.Object(method, name, "method." + name), name);
    }

    /// <summary>Refuses a grader that could never work here, naming the place in it.</summary>
    public static void CheckGrader(JsonElement? definition, GraderServices services)
    {
        if (definition is not { } grader)
        {
            return;
        }

        try
        {
            LocalGrader.Create(grader, services);
        }
        catch (GraderException e)
        {
            throw ApiErrors.InvalidGrader(e, GraderPath);
        }
    }

    /// <summary>The numbers that count; what was left out is 'auto'. Those of the method win, but must not contradict
    /// the others.</summary>
    public static Hyperparameters Settle(JobCreateRequest request)
    {
        Hyperparameters? plain = request.Hyperparameters,
            ofMethod = request.Method?.Options?.Hyperparameters;
        if (plain is not null && ofMethod is not null)
        {
            CheckAgreement("n_epochs", plain.EpochCount, ofMethod.EpochCount);
            CheckAgreement("batch_size", plain.BatchSize, ofMethod.BatchSize);
            CheckAgreement("learning_rate_multiplier", plain.LearningRateMultiplier, ofMethod.LearningRateMultiplier);
        }

        string method = request.Method?.Type ?? TrainingMethods.Supervised;
        bool isReinforcement = method == TrainingMethods.Reinforcement;
        return new Hyperparameters
        {
            EpochCount = ofMethod?.EpochCount ?? plain?.EpochCount ?? AutoOr<int>.Auto,
            BatchSize = ofMethod?.BatchSize ?? plain?.BatchSize ?? AutoOr<int>.Auto,
            LearningRateMultiplier =
                ofMethod?.LearningRateMultiplier ?? plain?.LearningRateMultiplier ?? AutoOr<double>.Auto,
            Beta = method == TrainingMethods.Preference ? ofMethod?.Beta ?? AutoOr<double>.Auto : null,
            ReasoningEffort = isReinforcement ? ofMethod?.ReasoningEffort ?? s_efforts[0] : null,
            ComputeMultiplier = isReinforcement ? ofMethod?.ComputeMultiplier ?? AutoOr<double>.Auto : null,
            EvalInterval = isReinforcement ? ofMethod?.EvalInterval ?? AutoOr<int>.Auto : null,
            EvalSamples = isReinforcement ? ofMethod?.EvalSamples ?? AutoOr<int>.Auto : null,
        };
    }

    /// <summary>Completion models have neither a conversation to answer in two ways nor one to sample answers
    /// to.</summary>
    private static void CheckModel(JsonElement body, string method)
    {
        if (
            method != TrainingMethods.Supervised
            && JobRequestReader.Get(body, "model") is { ValueKind: JsonValueKind.String } model
            && BaseModels.IsCompletion(model.GetString()!)
        )
        {
            throw ApiErrors.BadRequest(
                $"The method '{method}' is not available for the model '{model.GetString()}'; it can be trained with 'supervised'.",
                "method.type",
                "unsupported_method"
            );
        }
    }

    private static void CheckOptions(JsonElement? options, string method)
    {
        bool isReinforcement = method == TrainingMethods.Reinforcement;
        if (options is { } given)
        {
            JobRequestReader.CheckNames(
                given,
                $"method.{method}.",
                isReinforcement ? ["hyperparameters", "grader"] : ["hyperparameters"]
            );
            if (JobRequestReader.Object(given, "hyperparameters", $"method.{method}.hyperparameters") is { } numbers)
            {
                CheckNumbers(numbers, $"method.{method}.hyperparameters", method);
            }
        }

        if (!isReinforcement)
        {
            return;
        }

        JsonElement grader =
            (options is { } own ? JobRequestReader.Object(own, "grader", GraderPath) : null)
            ?? throw ApiErrors.Missing(GraderPath);
        if (grader.GetRawText().Length > MaxGraderText)
        {
            throw ApiErrors.BadRequest(
                $"Invalid '{GraderPath}': too long. Expected at most {MaxGraderText} characters of JSON.",
                GraderPath,
                "string_above_max_length"
            );
        }
    }

    private static void CheckNumbers(JsonElement numbers, string path, string method)
    {
        JobRequestReader.CheckNames(
            numbers,
            path + ".",
            method switch
            {
                TrainingMethods.Preference => [.. s_numbers, "beta"],
                TrainingMethods.Reinforcement => [.. s_numbers, .. s_rewardNumbers],
                _ => s_numbers,
            }
        );
        JobRequestReader.WholeNumber(numbers, "n_epochs", path + ".n_epochs", 1, 50, allowAuto: true);
        JobRequestReader.WholeNumber(numbers, "batch_size", path + ".batch_size", 1, 256, allowAuto: true);
        JobRequestReader.PositiveNumber(numbers, "learning_rate_multiplier", path + ".learning_rate_multiplier");
        JobRequestReader.PositiveNumber(numbers, "beta", path + ".beta", most: MaxBeta);
        JobRequestReader.PositiveNumber(
            numbers,
            "compute_multiplier",
            path + ".compute_multiplier",
            MinComputeMultiplier,
            MaxComputeMultiplier
        );
        JobRequestReader.WholeNumber(
            numbers,
            "eval_interval",
            path + ".eval_interval",
            1,
            int.MaxValue,
            allowAuto: true
        );
        JobRequestReader.WholeNumber(
            numbers,
            "eval_samples",
            path + ".eval_samples",
            1,
            MaxEvalSamples,
            allowAuto: true
        );
        if (
            JobRequestReader.Get(numbers, "reasoning_effort") is { } effort
            && !(effort.ValueKind == JsonValueKind.String && s_efforts.Contains(effort.GetString()))
        )
        {
            throw ApiErrors.BadValue(
                path + ".reasoning_effort",
                effort.ToString(),
                "'default', 'low', 'medium', and 'high'"
            );
        }
    }

    private static void CheckAgreement<T>(string name, AutoOr<T>? plain, AutoOr<T>? ofMethod)
        where T : struct, System.IFormattable
    {
        if (plain is { } one && ofMethod is { } other && one != other)
        {
            throw ApiErrors.BadRequest(
                $"'hyperparameters.{name}' and 'method.supervised.hyperparameters.{name}' contradict each other. Send 'method' only.",
                "hyperparameters." + name,
                "invalid_value"
            );
        }
    }
}
