using System.Text.Json;
using FineTuning.Core.Grading;
using FineTuning.Core.Jobs;
using FineTuning.Core.Json;
using FineTuning.Core.Wire;
using FineTuning.Server.Http;
using FineTuning.Server.Jobs;
using FineTuning.Server.Training.Methods;

namespace FineTuning.Server.Requests;

/// <summary>Checks the method of a new job and its numbers, in both places where clients put them.</summary>
internal static class MethodReader
{
    private const string GraderPath = "method.reinforcement.grader";

    /// <summary>Every page of jobs repeats them.</summary>
    private const int MaxGraderText = 256 * 1024;

    public static void Check(JsonField request)
    {
        CheckNumbers(request["hyperparameters"], TrainingMethods.Supervised);
        JsonField method = request["method"];
        if (method.AsObject() is null)
        {
            return;
        }

        method.CheckNames(["type", .. HyperparameterTable.Methods]);
        string name = Choice(method["type"].Required(), HyperparameterTable.Methods);
        foreach (string other in HyperparameterTable.Methods.Where(other => other != name))
        {
            if (method[other].IsGiven)
            {
                throw ApiErrors.BadRequest(
                    $"'method.{other}' does not go with the method type '{name}'.",
                    "method." + other,
                    "invalid_value"
                );
            }
        }

        CheckModel(request["model"].Value, name);
        CheckOptions(method[name], name);
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
        string method = request.Method?.Type ?? TrainingMethods.Supervised;
        foreach (HyperparameterDefinition number in HyperparameterTable.Of(TrainingMethods.Supervised))
        {
            CheckAgreement(number, plain, ofMethod);
        }

        return HyperparameterTable.Make(number =>
            number.Methods.Contains(method) ? number.Get(ofMethod) ?? number.Get(plain) ?? number.Default : null
        );
    }

    /// <summary>Completion models have neither a conversation to answer in two ways nor one to sample answers
    /// to.</summary>
    private static void CheckModel(JsonElement? model, string method)
    {
        if (
            method != TrainingMethods.Supervised
            && model is { ValueKind: JsonValueKind.String } given
            && BaseModels.IsCompletion(given.GetString()!)
        )
        {
            throw ApiErrors.BadRequest(
                $"The method '{method}' is not available for the model '{given.GetString()}'; it can be trained with "
                    + $"'supervised'.",
                "method.type",
                "unsupported_method"
            );
        }
    }

    private static void CheckOptions(JsonField options, string method)
    {
        bool isReinforcement = method == TrainingMethods.Reinforcement;
        if (options.AsObject() is not null)
        {
            options.CheckNames(isReinforcement ? ["hyperparameters", "grader"] : ["hyperparameters"]);
            CheckNumbers(options["hyperparameters"], method);
        }

        if (!isReinforcement)
        {
            return;
        }

        JsonField grader = options["grader"].Required();
        grader.AsObject();
        if (grader.Value!.Value.GetRawText().Length > MaxGraderText)
        {
            throw ApiErrors.BadRequest(
                $"Invalid '{GraderPath}': too long. Expected at most {MaxGraderText} characters of JSON.",
                GraderPath,
                "string_above_max_length"
            );
        }
    }

    private static void CheckNumbers(JsonField numbers, string method)
    {
        if (numbers.AsObject() is null)
        {
            return;
        }

        numbers.CheckNames([.. HyperparameterTable.Of(method).Select(number => number.WireName)]);

        foreach (HyperparameterDefinition number in HyperparameterTable.NumbersFirst(method))
        {
            JsonField field = numbers[number.WireName];
            if (number.LocalBounds is { } bounds)
            {
                field.AsNumber(bounds);
            }
            else if (field.IsGiven)
            {
                Choice(field, number.Choices);
            }
        }
    }

    /// <summary>What is no string is no value that is supported either.</summary>
    private static string Choice(JsonField field, IReadOnlyList<string> choices) =>
        field.Value is { ValueKind: JsonValueKind.String } value && choices.Contains(value.GetString())
            ? value.GetString()!
            : throw ApiErrors.BadValue(field.Path, field.Value.ToString()!, RequestFields.List(choices));

    private static void CheckAgreement(
        HyperparameterDefinition number,
        Hyperparameters? plain,
        Hyperparameters? ofMethod
    )
    {
        if (number.Get(plain) is { } one && number.Get(ofMethod) is { } other && !one.Equals(other))
        {
            throw ApiErrors.BadRequest(
                $"'hyperparameters.{number.WireName}' and 'method.supervised.hyperparameters.{number.WireName}' "
                    + $"contradict each other. Send 'method' only.",
                "hyperparameters." + number.WireName,
                "invalid_value"
            );
        }
    }
}
