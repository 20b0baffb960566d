using System.Text;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests.Chat;

public sealed class ChatClientTests
{
    private const string Whole = """
        {"id":"c1","object":"chat.completion","created":1,"model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"Hello","refusal":null},
        "finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}
        """;

    private static readonly ChatCreateRequest s_request = new()
    {
        Model = "m",
        Messages = Testing.Parse("""[{"role":"user","content":"x"}]"""),
    };

    [Fact]
    public async Task An_answer_is_asked_for_and_read()
    {
        await using var server = StubServer.Replies(Reply.Json(Whole));
        using FineTuningClient client = Testing.Client(server);
        ChatResource answer = await client.CreateChatAsync(
            s_request with
            {
                Temperature = 0,
                MaxCompletionTokens = 9,
                AdditionalFields = new Dictionary<string, System.Text.Json.JsonElement>
                {
                    ["tools"] = Testing.Parse("[]"),
                },
            }
        );
        Assert.Equal(
            ("Hello", "stop", 5),
            (answer.Choices[0].Message!.Content, answer.Choices[0].FinishReason, answer.Usage!.TotalTokens)
        );
        Assert.Equal(
            """{"model":"m","messages":[{"role":"user","content":"x"}],"temperature":0,"max_completion_tokens":9,"tools":[]}""",
            server.Requests[0].Text
        );
        Assert.EndsWith("/v1/chat/completions", server.Requests[0].Target);
    }

    [Theory]
    [InlineData("2024-10-21", "/deployments/my%20m/chat/completions?api-version=2024-10-21")]
    [InlineData("preview", "/chat/completions?api-version=preview")]
    public async Task Dated_versions_of_Azure_have_the_deployment_in_the_path(string version, string end)
    {
        await using var server = StubServer.Replies(Reply.Json(Whole));
        using FineTuningClient client = new(
            Testing.Options(server) with
            {
                Dialect = ApiDialect.Azure,
                ApiVersion = version,
            },
            Testing.Credential()
        );
        await client.CreateChatAsync(s_request with { Model = "my m" });
        Assert.EndsWith(end, server.Requests[0].Target);
    }

    [Fact]
    public async Task A_server_that_knows_the_limit_by_its_older_name_gets_that()
    {
        await using var server = StubServer.Replies(
            Reply.Error(400, "unsupported_parameter", "Unrecognized request argument supplied: max_completion_tokens"),
            Reply.Json(Whole)
        );
        using FineTuningClient client = Testing.Client(server);
        await client.CreateChatAsync(s_request with { MaxCompletionTokens = 9 });
        Assert.Contains("\"max_tokens\":9", server.Requests[1].Text);
        Assert.DoesNotContain("max_completion_tokens", server.Requests[1].Text);

        // What was found is remembered.
        await client.CreateChatAsync(s_request with { MaxCompletionTokens = 8 });
        Assert.Equal(3, server.Count);
        Assert.Contains("\"max_tokens\":8", server.Requests[2].Text);
    }

    [Theory]
    [InlineData("max_completion_tokens is too large: 99999", "invalid_value", 1)]
    [InlineData("Unknown parameter: 'max_completion_tokens'", "unknown_parameter", 2)]
    public async Task A_refusal_of_the_limit_is_told_as_it_came_first(string message, string code, int requests)
    {
        await using var server = StubServer.Replies(
            Reply.Error(400, code, message),
            Reply.Error(400, "unsupported_parameter", "Use 'max_completion_tokens' instead.")
        );
        using FineTuningClient client = Testing.Client(server);
        FineTuningApiException e = await Assert.ThrowsAsync<FineTuningApiException>(() =>
            client.CreateChatAsync(s_request with { MaxCompletionTokens = 99999 })
        );
        Assert.Equal((message, requests), (e.Message, server.Count));
    }

    [Fact]
    public async Task Calls_of_tools_are_put_together_and_other_choices_left_out()
    {
        await using var server = StubServer.Replies(
            Stream(
                """
                data: {"choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"look","arguments":""}}]}}]}

                data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":"}}]}},{"index":1,"delta":{"content":"other"}}]}

                data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}},{"index":1,"id":"call_2","type":"function","function":{"name":"find","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}

                data: [DONE]

                """
            )
        );
        using FineTuningClient client = Testing.Client(server);
        ChatChoiceResource choice = (await client.StreamChatAsync(s_request, _ => { })).Choices[0];
        Assert.Equal(("tool_calls", ""), (choice.FinishReason, choice.Message!.Content));
        Assert.Equal(
            """[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\u0022a\u0022:1}"}},{"id":"call_2","type":"function","function":{"name":"find","arguments":"{}"}}]""",
            choice.Message.ToolCalls!.Value.GetRawText()
        );
    }

    [Theory]
    [InlineData(
        """{"message":"m","type":"insufficient_quota","code":"insufficient_quota"}""",
        ApiErrorKind.QuotaExhausted,
        1
    )]
    [InlineData(
        """{"message":"m","type":"invalid_request_error","param":"messages"}""",
        ApiErrorKind.InvalidRequest,
        1
    )]
    [InlineData("""{"message":"m","type":"requests","code":"rate_limit_exceeded"}""", ApiErrorKind.RateLimited, 4)]
    [InlineData("""{"message":"m","type":"server_error"}""", ApiErrorKind.ServerError, 4)]
    public async Task An_error_at_the_start_of_a_stream_is_of_its_own_kind(
        string error,
        ApiErrorKind kind,
        int requests
    )
    {
        await using var server = StubServer.Replies(Stream($"data: {{\"error\":{error}}}\n\n"));
        using FineTuningClient client = Testing.Client(server);
        FineTuningApiException e = await Assert.ThrowsAsync<FineTuningApiException>(() =>
            client.StreamChatAsync(s_request, _ => { })
        );
        Assert.Equal((kind, requests), (e.Kind, server.Count));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public async Task A_stream_is_put_together_and_shown_piece_by_piece(string end)
    {
        string body = string.Join(
            end + end,
            [
                ": a comment",
                """data: {"id":"c1","created":1,"model":"m-1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""",
                """data:{"id":"c1","created":1,"model":"m-1","choices":[{"index":0,"delta":{"content":"Grüß"},"finish_reason":null}]}""",
                """data: {"id":"c1","created":1,"model":"m-1","choices":[{"index":0,"delta":{"content":" Gott 😀"},"finish_reason":"stop"}]}""",
                """data: {"id":"c1","created":1,"model":"m-1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}""",
                "data: [DONE]",
                string.Empty,
            ]
        );
        await using var server = StubServer.Replies(Stream(body));
        using FineTuningClient client = Testing.Client(server);
        List<string> pieces = [];
        ChatResource answer = await client.StreamChatAsync(s_request, pieces.Add);
        Assert.Equal(["Grüß", " Gott 😀"], pieces);
        Assert.Equal(
            ("Grüß Gott 😀", "stop", 2),
            (answer.Choices[0].Message!.Content, answer.Choices[0].FinishReason, answer.Usage!.CompletionTokens)
        );
        Assert.Contains("\"stream\":true", server.Requests[0].Text);
        Assert.Contains("\"include_usage\":true", server.Requests[0].Text);
    }

    [Fact]
    public async Task A_server_that_does_not_stream_is_read_as_a_whole()
    {
        await using var server = StubServer.Replies(Reply.Json(Whole));
        using FineTuningClient client = Testing.Client(server);
        List<string> pieces = [];
        ChatResource answer = await client.StreamChatAsync(s_request, pieces.Add);
        Assert.Equal("Hello", answer.Choices[0].Message!.Content);
        Assert.Equal(["Hello"], pieces);
    }

    [Theory]
    [InlineData("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\n", true)]
    [InlineData(
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\ndata: {\"error\":{\"message\":\"out "
            + "of memory\"}}\n\n",
        true
    )]
    [InlineData("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\ndata: <html>\n\n", true)]
    [InlineData("", false)]
    [InlineData("data: {\"error\":{\"message\":\"out of memory\"}}\n\n", false)]
    public async Task A_stream_that_breaks_off_is_asked_for_again_only_if_nothing_was_shown(string body, bool begun)
    {
        await using var server = StubServer.Replies(
            Stream(body),
            Stream(
                "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"All\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
            )
        );
        using FineTuningClient client = Testing.Client(server);
        List<string> pieces = [];
        if (begun)
        {
            FineTuningApiException e = await Assert.ThrowsAsync<FineTuningApiException>(() =>
                client.StreamChatAsync(s_request, pieces.Add)
            );
            Assert.Contains("broke off, and was not asked for again", e.Message);
            Assert.Equal(1, server.Count);
            Assert.Equal(["Hel"], pieces);
        }
        else
        {
            Assert.Equal("All", (await client.StreamChatAsync(s_request, pieces.Add)).Choices[0].Message!.Content);
            Assert.Equal(["All"], pieces);
        }
    }

    [Fact]
    public async Task A_connection_that_breaks_inside_a_stream_is_told_as_such()
    {
        await using StubServer server = new(async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.SendAsync(
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: "
                    + "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\n"
            );
            exchange.Reset();
        });
        using FineTuningClient client = Testing.Client(server);
        List<string> pieces = [];
        FineTuningApiException e = await Assert.ThrowsAsync<FineTuningApiException>(() =>
            client.StreamChatAsync(s_request, pieces.Add)
        );

        // Whether the piece before the reset arrives is the network's choice.
        Assert.True(e.Kind == ApiErrorKind.ConnectionLost, e.ToString());
        Assert.Equal(pieces.Count > 0 ? 1 : 4, server.Count);
    }

    private static Reply Stream(string body) =>
        new()
        {
            Body = Encoding.UTF8.GetBytes(body),
            ContentType = "text/event-stream",
            Ending = Ending.Close,
            Length = -1,
        };
}
