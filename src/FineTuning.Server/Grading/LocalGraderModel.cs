using System.Text;
using FineTuning.Core.Grading;
using FineTuning.Server.Chat;
using FineTuning.Server.Http;
using FineTuning.Server.Storage;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Grading;

/// <summary>
/// Lets the models that jobs made here answer for model graders. A grader that names another model is refused, not
/// answered by a guess.
/// </summary>
internal sealed class LocalGraderModel(Database database, ModelAnswers answers) : IGraderModel
{
    private const int MaxTokens = 16_384;

    public string? FindRefusal(string model) =>
        database.Read(session => ModelStore.Find(session, model)) is not null
            ? null
            : $"The model '{(model.Length <= 100 ? model : model[..100] + "…")}' is not one of this server's: "
                + "graders are answered by models that its own jobs made.";

    public async Task<GraderModelAnswer> AnswerAsync(
        string model,
        IReadOnlyList<GraderMessage> messages,
        GraderSampling sampling,
        CancellationToken cancellationToken
    )
    {
        // Grades are to be repeatable, so nothing is drawn unless the grader asks for it.
        GenerationOptions options = new()
        {
            Temperature = sampling.Temperature ?? 0,
            TopP = sampling.TopP ?? 1,
            Seed = sampling.Seed ?? 0,
        };
        options = options with { MaxTokens = Math.Min(sampling.MaxTokens ?? options.MaxTokens, MaxTokens) };
        StringBuilder text = new();
        try
        {
            // Graders are few. A job's must not score 0 because many chats wait: the same seed is to give the same
            // numbers.
            ChatOutcome outcome = await answers.AnswerAsync(
                model,
                [.. messages.Select(message => new ChatTurn(message.Role, message.Content))],
                options,
                piece =>
                {
                    text.Append(piece);
                    return ValueTask.CompletedTask;
                },
                cancellationToken,
                mayBeRefused: false
            );
            return new GraderModelAnswer(text.ToString(), outcome.PromptTokens, outcome.CompletionTokens);
        }
        catch (ApiException e)
        {
            throw new GradingException(
                new GradeErrors
                {
                    ModelGraderServerError = true,
                    ModelGraderServerErrorDetails = e.Message,
                    Message = $"The grading model could not answer. {e.Message}",
                },
                e
            );
        }
    }
}
