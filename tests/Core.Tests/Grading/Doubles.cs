using System.Text.Json;
using FineTuning.Core.Grading;

namespace FineTuning.Core.Tests.Grading;

/// <summary>Knows one model, "judge", which always says the same; null fails.</summary>
internal sealed class TestModel(string? answer) : IGraderModel
{
    public List<(IReadOnlyList<GraderMessage> Messages, GraderSampling Sampling)> Asked { get; } = [];

    public string? FindRefusal(string model) => model == "judge" ? null : $"There is no model '{model}'.";

    public Task<GraderModelAnswer> AnswerAsync(
        string model,
        IReadOnlyList<GraderMessage> messages,
        GraderSampling sampling,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        Asked.Add((messages, sampling));
        return answer is null
            ? throw new GradingException(new GradeErrors { ModelGraderServerError = true, Message = "It is gone." })
            : Task.FromResult(new GraderModelAnswer(answer, messages.Sum(message => message.Content.Length), 2));
    }
}

/// <summary>Knows every model, and is never asked.</summary>
internal sealed class AnyModel : IGraderModel
{
    public string? FindRefusal(string model) => null;

    public Task<GraderModelAnswer> AnswerAsync(
        string model,
        IReadOnlyList<GraderMessage> messages,
        GraderSampling sampling,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException();
}

/// <summary>Instead of running the source, reads a number from it.</summary>
internal sealed class TestPython : IGraderPython
{
    public (string Sample, string Item) Last { get; private set; }

    public Action? Asked { get; init; }

    public Task<double> GradeAsync(
        string source,
        JsonElement sample,
        JsonElement item,
        CancellationToken cancellationToken
    )
    {
        Asked?.Invoke();
        Last = (sample.GetRawText(), item.GetRawText());
        return Task.FromResult(double.Parse(source, System.Globalization.CultureInfo.InvariantCulture));
    }
}
