using System.ClientModel;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Server.Training.Runs;
using FineTuning.Tests.Shared.Server;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Files;
using OpenAI.FineTuning;
using OpenAI.Models;
using Xunit;

namespace FineTuning.Server.Tests.Client;

/// <summary>The official .NET client, unmodified, with models that were trained here.</summary>
public sealed class OfficialChatClientTests(OfficialChatClientTests.Fixture fixture)
    : IClassFixture<OfficialChatClientTests.Fixture>
{
    private static readonly ChatMessage[] s_question = [new SystemChatMessage("Answer."), new UserChatMessage("say 3")];

    private OpenAIClient Client => fixture.Client;

    private ChatClient Chat => Client.GetChatClient(fixture.Model);

    [Fact]
    public async Task A_model_answers_as_a_whole()
    {
        ChatCompletion answer = await Chat.CompleteChatAsync(
            s_question,
            new ChatCompletionOptions
            {
                Temperature = 0,
                MaxOutputTokenCount = 20,
                EndUserId = "me",
            }
        );

        Assert.Equal("number 3", answer.Content[0].Text);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal(ChatMessageRole.Assistant, answer.Role);
        Assert.Equal(fixture.Model, answer.Model);
        Assert.True(answer.Usage.OutputTokenCount > 0);
        Assert.Equal(answer.Usage.TotalTokenCount, answer.Usage.InputTokenCount + answer.Usage.OutputTokenCount);
        Assert.StartsWith("chatcmpl-", answer.Id);
        Assert.True(Math.Abs((DateTimeOffset.UtcNow - answer.CreatedAt).TotalMinutes) < 5);
    }

    [Fact]
    public async Task A_model_answers_piece_by_piece()
    {
        StringBuilder text = new();
        List<StreamingChatCompletionUpdate> updates = [];
        await foreach (
            StreamingChatCompletionUpdate update in Chat.CompleteChatStreamingAsync(
                s_question,
                new ChatCompletionOptions { Temperature = 0 }
            )
        )
        {
            updates.Add(update);
            text.Append(string.Concat(update.ContentUpdate.Select(part => part.Text)));
        }

        Assert.Equal("number 3", text.ToString());
        Assert.Equal(ChatMessageRole.Assistant, updates[0].Role);
        Assert.Equal(ChatFinishReason.Stop, updates.Last(update => update.FinishReason is not null).FinishReason);
        Assert.True(updates[^1].Usage.OutputTokenCount > 0);
    }

    [Fact]
    public async Task A_checkpoint_answers_as_well()
    {
        FineTuningJob job = await Client.GetFineTuningClient().GetJobAsync(fixture.JobId);
        FineTuningCheckpoint checkpoint = job.GetCheckpoints().Last();
        ChatCompletion answer = await Client
            .GetChatClient(checkpoint.ModelId)
            .CompleteChatAsync(s_question, new ChatCompletionOptions { Temperature = 0 });
        Assert.Equal("number 3", answer.Content[0].Text);
    }

    [Fact]
    public async Task A_refusal_is_the_clients_own_exception()
    {
        ClientResultException unknown = await Assert.ThrowsAsync<ClientResultException>(() =>
            Client.GetChatClient("ft:gpt-4o-mini:none").CompleteChatAsync(s_question)
        );
        ClientResultException unsupported = await Assert.ThrowsAsync<ClientResultException>(() =>
            Chat.CompleteChatAsync(
                s_question,
                new ChatCompletionOptions { ResponseFormat = ChatResponseFormat.CreateJsonObjectFormat() }
            )
        );

        Assert.Equal((404, 400), (unknown.Status, unsupported.Status));
        Assert.Contains("model_not_found", unknown.Message);
        Assert.Contains("response_format", unsupported.Message);
    }

    [Fact]
    public async Task A_deleted_model_answers_no_more()
    {
        string name = await fixture.Server.Api.CreateModelAsync(
            new JsonObject { ["hyperparameters"] = new JsonObject { ["n_epochs"] = 1 } }
        );
        ChatClient chat = Client.GetChatClient(name);
        await chat.CompleteChatAsync(s_question);
        ModelDeletionResult deleted = await Client.GetOpenAIModelClient().DeleteModelAsync(name);
        ClientResultException e = await Assert.ThrowsAsync<ClientResultException>(() =>
            chat.CompleteChatAsync(s_question)
        );

        Assert.True(deleted.Deleted);
        Assert.Equal(404, e.Status);
    }

    [Fact]
    public async Task A_file_is_uploaded_in_parts()
    {
        OpenAIFileClient files = Client.GetOpenAIFileClient();
        string text = Api.ChatLines(12);
        JsonElement upload = Read(
            await files.CreateUploadAsync(
                Body(
                    $$"""
                    {"filename":"parts.jsonl","purpose":"fine-tune","bytes":{{text.Length}},"mime_type":"text/jsonl"}
                    """
                )
            )
        );
        string id = upload.GetProperty("id").GetString()!;
        List<string> parts = [];
        foreach (string piece in new[] { text[..200], text[200..] })
        {
            using MultipartFormDataContent form = [];
            form.Add(new StringContent(piece), "data", "part");
            var content = BinaryContent.Create(BinaryData.FromBytes(await form.ReadAsByteArrayAsync()));
            parts.Add(
                Read(await files.AddUploadPartAsync(id, content, form.Headers.ContentType!.ToString()))
                    .GetProperty("id")
                    .GetString()!
            );
        }

        JsonElement done = Read(
            await files.CompleteUploadAsync(id, Body($$"""{"part_ids":["{{parts[0]}}","{{parts[1]}}"]}"""))
        );
        ClientResultException e = await Assert.ThrowsAsync<ClientResultException>(() =>
            files.CancelUploadAsync(id, null)
        );
        BinaryData stored = await files.DownloadFileAsync(done.GetProperty("file").GetProperty("id").GetString()!);

        Assert.Equal("completed", done.GetProperty("status").GetString());
        Assert.Equal(text, stored.ToString());
        Assert.Equal(400, e.Status);
        Assert.Contains("completed", e.Message);
    }

    [Fact]
    public async Task A_checkpoint_is_granted_with_an_admin_key()
    {
        OpenAIClientOptions options = new() { Endpoint = new Uri(fixture.Server.Host.Url) };
        FineTuningClient admin = new OpenAIClient(
            new ApiKeyCredential("sk-admin-official"),
            options
        ).GetFineTuningClient();
        JsonElement granted = Read(
            await admin.CreateFineTuningCheckpointPermissionAsync(
                fixture.Model,
                Body("""{"project_ids":["proj_1","proj_2"]}""")
            )
        );
        JsonElement listed = Read(
            await admin.GetFineTuningCheckpointPermissionsAsync(fixture.Model, null, 1, "ascending", null, null)
        );
        string id = listed.GetProperty("data")[0].GetProperty("id").GetString()!;
        JsonElement deleted = Read(await admin.DeleteFineTuningCheckpointPermissionAsync(fixture.Model, id, null));
        ClientResultException e = await Assert.ThrowsAsync<ClientResultException>(() =>
            Client
                .GetFineTuningClient()
                .GetFineTuningCheckpointPermissionsAsync(fixture.Model, null, null, null, null, null)
        );

        Assert.Equal(2, granted.GetProperty("data").GetArrayLength());
        Assert.Equal("proj_1", listed.GetProperty("data")[0].GetProperty("project_id").GetString());
        Assert.True(listed.GetProperty("has_more").GetBoolean());
        Assert.True(deleted.GetProperty("deleted").GetBoolean());
        Assert.Equal(403, e.Status);
        Assert.Contains("admin API key", e.Message);
    }

    private static BinaryContent Body(string json) => BinaryContent.Create(BinaryData.FromString(json));

    private static JsonElement Read(ClientResult result) =>
        JsonElement.Parse(result.GetRawResponse().Content.ToString());

    public sealed class Fixture : IAsyncLifetime
    {
        internal TestServer Server { get; private set; } = null!;

        internal OpenAIClient Client { get; private set; } = null!;

        internal string JobId { get; private set; } = string.Empty;

        internal string Model { get; private set; } = string.Empty;

        public async Task InitializeAsync()
        {
            Server = await TestServer.StartAsync(new NeuralTrainer());
            Client = new OpenAIClient(
                new ApiKeyCredential("sk-official"),
                new OpenAIClientOptions { Endpoint = new Uri(Server.Host.Url) }
            );
            JobId = await Server.Api.CreateJobAsync(
                new JsonObject
                {
                    ["training_file"] = await Server.Api.UploadAsync(Api.ChatLines(70)),
                    ["seed"] = 1,
                    ["hyperparameters"] = new JsonObject { ["n_epochs"] = 20, ["batch_size"] = 4 },
                }
            );
            Model = (await Server.Api.UntilStatusAsync(JobId, "succeeded"))
                .GetProperty("fine_tuned_model")
                .GetString()!;
        }

        public async Task DisposeAsync() => await Server.DisposeAsync();
    }
}
