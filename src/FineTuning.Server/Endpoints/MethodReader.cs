using System.Linq;
using System.Text.Json;
using FineTuning.Core.Models;

namespace FineTuning.Server.Endpoints;

/// <summary>Checks the method of a new job and its numbers, in both places where clients put them.</summary>
internal static class MethodReader
{
    private static readonly string[] Methods = ["supervised", "dpo", "reinforcement"];
    private static readonly string[] Numbers = ["n_epochs", "batch_size", "learning_rate_multiplier"];

    public static void Check(JsonElement body)
    {
        if (JobRequestReader.Object(body, "hyperparameters", "hyperparameters") is { } plain)
        {
            CheckNumbers(plain, "hyperparameters");
        }

        if (JobRequestReader.Object(body, "method", "method") is not { } method)
        {
            return;
        }

        JobRequestReader.CheckNames(method, "method.", ["type", .. Methods]);
        JsonElement type = JobRequestReader.Get(method, "type") ?? throw ApiErrors.Missing("method.type");
        if (type.ValueKind != JsonValueKind.String || !Methods.Contains(type.GetString()))
        {
            throw ApiErrors.BadValue("method.type", type.ToString(), "'supervised', 'dpo', and 'reinforcement'");
        }

        string name = type.GetString()!;
        if (name != "supervised")
        {
            throw ApiErrors.BadRequest(
                $"This version of the local server trains with the supervised method only; '{name}' is not available here.",
                "method.type",
                "unsupported_method");
        }

        foreach (string other in Methods.Where(other => other != name))
        {
            if (JobRequestReader.Get(method, other) is not null)
            {
                throw ApiErrors.BadRequest($"'method.{other}' does not go with the method type '{name}'.", "method." + other, "invalid_value");
            }
        }

        if (JobRequestReader.Object(method, name, "method." + name) is { } options)
        {
            JobRequestReader.CheckNames(options, $"method.{name}.", ["hyperparameters"]);
            if (JobRequestReader.Object(options, "hyperparameters", $"method.{name}.hyperparameters") is { } numbers)
            {
                CheckNumbers(numbers, $"method.{name}.hyperparameters");
            }
        }
    }

    /// <summary>The numbers that count; what was left out is 'auto'. Those of the method win, but must not contradict the others.</summary>
    public static Hyperparameters Settle(JobCreateRequest request)
    {
        Hyperparameters? plain = request.Hyperparameters, ofMethod = request.Method?.Options?.Hyperparameters;
        if (plain is not null && ofMethod is not null)
        {
            CheckAgreement("n_epochs", plain.EpochCount, ofMethod.EpochCount);
            CheckAgreement("batch_size", plain.BatchSize, ofMethod.BatchSize);
            CheckAgreement("learning_rate_multiplier", plain.LearningRateMultiplier, ofMethod.LearningRateMultiplier);
        }

        return new Hyperparameters
        {
            EpochCount = ofMethod?.EpochCount ?? plain?.EpochCount ?? AutoOr<int>.Auto,
            BatchSize = ofMethod?.BatchSize ?? plain?.BatchSize ?? AutoOr<int>.Auto,
            LearningRateMultiplier = ofMethod?.LearningRateMultiplier ?? plain?.LearningRateMultiplier ?? AutoOr<double>.Auto,
        };
    }

    private static void CheckNumbers(JsonElement numbers, string path)
    {
        JobRequestReader.CheckNames(numbers, path + ".", Numbers);
        JobRequestReader.WholeNumber(numbers, "n_epochs", path + ".n_epochs", 1, 50, allowAuto: true);
        JobRequestReader.WholeNumber(numbers, "batch_size", path + ".batch_size", 1, 256, allowAuto: true);
        JobRequestReader.PositiveNumber(numbers, "learning_rate_multiplier", path + ".learning_rate_multiplier");
    }

    private static void CheckAgreement<T>(string name, AutoOr<T>? plain, AutoOr<T>? ofMethod)
        where T : struct, System.IFormattable
    {
        if (plain is { } one && ofMethod is { } other && one != other)
        {
            throw ApiErrors.BadRequest(
                $"'hyperparameters.{name}' and 'method.supervised.hyperparameters.{name}' contradict each other. Send 'method' only.",
                "hyperparameters." + name,
                "invalid_value");
        }
    }
}
