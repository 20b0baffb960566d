using System.Text.Json;
using FineTuning.Core.Grading.Reading;
using FineTuning.Core.Grading.Templates;

namespace FineTuning.Core.Grading.Kinds;

/// <summary>What model graders have in common: a model, messages for it, and an answer to read.</summary>
internal sealed class ModelGraderPrompt
{
    private const int MaxMessages = 100;
    private static readonly string[] s_roles = ["user", "assistant", "system", "developer"];
    private static readonly string[] s_efforts = ["none", "minimal", "low", "medium", "high", "xhigh"];

    private readonly IGraderModel _service;
    private readonly string _model;
    private readonly GraderSampling _sampling;
    private readonly List<(string Role, IReadOnlyList<Template> Content)> _messages;

    private ModelGraderPrompt(
        IGraderModel service,
        string model,
        GraderSampling sampling,
        List<(string Role, IReadOnlyList<Template> Content)> messages
    ) => (_service, _model, _sampling, _messages) = (service, model, sampling, messages);

    public static ModelGraderPrompt Read(Definition definition)
    {
        string? model = definition.Text("model");
        List<(string, IReadOnlyList<Template>)> messages =
        [
            .. definition.Objects("input", 1, MaxMessages).Select(ReadMessage),
        ];
        GraderSampling sampling = ReadSampling(definition.Object("sampling_params"));
        IGraderModel? service = definition.Reading.Services.Model;
        if (service is null)
        {
            definition.Reading.NotHere(
                definition.PathOf("model"),
                "The grader asks a model, and there are no models here.",
                "Use string_check, text_similarity or multi, or let a service run the grader."
            );
        }
        else if (model is not null && service.FindRefusal(model) is { } refusal)
        {
            definition.Reading.NotHere(definition.PathOf("model"), refusal, "Name a model that this service can ask.");
        }

        // Without a service the reading has an error, so that the grader is never used.
        return new ModelGraderPrompt(service!, model ?? string.Empty, sampling, messages);
    }

    /// <summary>Asks, and finds what the answer says: the <c>result</c> of a JSON object, or else the whole
    /// text.</summary>
    public async Task<string> AskAsync(GradeRun run, CancellationToken cancellationToken)
    {
        List<GraderMessage> messages = new(_messages.Count);
        int length = 0;
        foreach ((string role, IReadOnlyList<Template> content) in _messages)
        {
            string text = string.Concat(content.Select(part => part.Render(run.Scope)));
            run.Scope.CheckLength(length += text.Length);
            messages.Add(new GraderMessage(role, text));
        }

        GraderModelAnswer answer = await _service
            .AnswerAsync(_model, messages, _sampling, cancellationToken)
            .ConfigureAwait(false);
        run.AddUsage(_model, answer);
        return Result(answer.Text.Trim());
    }

    public GradingException Unreadable(string answer, string expected) =>
        new(
            new GradeErrors
            {
                ModelGraderParseError = true,
                Message = $"The model \"{_model}\" answered \"{Definition.Shorten(answer)}\", which is not {expected}.",
            }
        );

    private static string Result(string answer)
    {
        if (!answer.StartsWith("{", StringComparison.Ordinal))
        {
            return answer;
        }

        try
        {
            using var document = JsonDocument.Parse(answer);
            return document.RootElement.TryGetProperty("result", out JsonElement result) ? result.ToString() : answer;
        }
        catch (JsonException)
        {
            return answer;
        }
    }

    private static (string Role, IReadOnlyList<Template> Content) ReadMessage(Definition message)
    {
        message.CheckNamesOnly("role", "content", "type");
        message.OptionalChoice("type", ["message"]);
        return (message.Choice("role", s_roles) ?? string.Empty, message.Contents("content"));
    }

    private static GraderSampling ReadSampling(Definition? sampling)
    {
        if (sampling is null)
        {
            return new GraderSampling();
        }

        // The schema has "max_completions_tokens"; the guide and the clients also write it like the chat API does.
        string[] limits = ["max_completions_tokens", "max_completion_tokens", "max_tokens"];
        sampling.CheckNamesOnly(["seed", "top_p", "temperature", "reasoning_effort", .. limits]);
        return new GraderSampling
        {
            Seed = (int?)sampling.Whole("seed", int.MinValue, int.MaxValue),
            TopP = sampling.Number("top_p", 0, 1),
            Temperature = sampling.Number("temperature", 0, 2),
            MaxTokens = (int?)
                limits
                    .Select(name => sampling.Whole(name, 1, int.MaxValue))
                    .FirstOrDefault(number => number is not null),
            ReasoningEffort = sampling.OptionalChoice("reasoning_effort", s_efforts),
        };
    }
}
