using System.Text;
using System.Text.Json;
using FineTuning.Server.Chat;
using FineTuning.Server.Hosting;
using FineTuning.Server.Http;
using FineTuning.Server.Requests;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Endpoints;

/// <summary>/v1/chat/completions, answered by the models that jobs made.</summary>
internal sealed class ChatEndpoints(ModelAnswers answers) : IEndpoints
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v1/chat/completions", CreateAsync);

    private async Task CreateAsync(HttpContext context)
    {
        ChatRequest request;
        using (JsonDocument body = await context.ReadJsonAsync())
        {
            request = ChatRequestReader.Read(body.RootElement);
        }

        string id = Ids.NewChatCompletion();
        DateTimeOffset created = DateTimeOffset.UtcNow;
        if (request.IsStream)
        {
            await new ChatStream(context, answers, request, id, created).RunAsync();
            return;
        }

        List<ChatChoice> choices = [];
        List<ChatOutcome> outcomes = [];
        for (int i = 0; i < request.Count; i++)
        {
            StringBuilder text = new();
            ChatOutcome outcome = await answers.AnswerAsync(
                request.Model,
                request.Messages,
                request.OptionsOf(i),
                piece =>
                {
                    text.Append(piece);
                    return ValueTask.CompletedTask;
                },
                context.RequestAborted
            );
            outcomes.Add(outcome);
            choices.Add(new ChatChoice(i, new ChatMessage(text.ToString()), outcome.FinishReason));
        }

        ChatCompletion completion = new(
            id,
            created.ToUnixTimeSeconds(),
            request.Model,
            choices,
            ChatUsage.Of(outcomes)
        );
        await context.WriteJsonAsync(completion, ChatJson.Default.ChatCompletion);
    }
}
