using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using FineTuning.Server.Faults;
using FineTuning.Server.Hosting;
using FineTuning.Server.Http;
using FineTuning.Tests.Shared.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace FineTuning.Server.Tests.Faults;

/// <summary>How rules are written, kept and refused, and what the request log says.</summary>
public sealed class FaultRulesTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private Api Control => fixture.Server.Control;

    [Fact]
    public void The_short_form_says_what_the_long_one_says()
    {
        FaultRule rule = FaultReader.Read(
            "CreateJob: status=503, count=2,skip=1,probability=0.25,seed=-9,after-work,body='it''s, "
                + "so',header.X-A=1,header.X-B='b,c',retry-after=3"
        );

        Assert.Equal(
            ("CreateJob", 503, 2, 1, 0.25, -9, true, "it's, so", 3),
            (
                rule.Operation,
                rule.Status!.Value,
                rule.Count!.Value,
                rule.Skip!.Value,
                rule.Probability!.Value,
                rule.Seed!.Value,
                rule.AfterWork!.Value,
                rule.Body,
                rule.RetryAfter!.Value
            )
        );
        Assert.Equal(new Dictionary<string, string> { ["X-A"] = "1", ["X-B"] = "b,c" }, rule.Headers);
        Assert.Equal(
            ("PUT", "/v1/x*"),
            (FaultReader.Read("put /v1/x*:drop").Method, FaultReader.Read("put /v1/x*:drop").Path)
        );
        Assert.Null(FaultReader.Read("/v1/x*:drop").Method);
        Assert.Equal("GetJob", FaultReader.Read("""{"operation":"GetJob","drop":true}""").Operation);
        Assert.False(FaultReader.Read("*:drop=false,status=500").Drop);
    }

    [Theory]
    [InlineData("CreateJob", "OPERATION:FIELD")]
    [InlineData(":drop", "OPERATION:FIELD")]
    [InlineData("CreateJob:", "does nothing")]
    [InlineData("CreateJob:count=1", "does nothing")]
    [InlineData("CreateJob:drop=false", "does nothing")]
    [InlineData("CreateJobs:drop", "'CreateJob'")]
    [InlineData("CreateJob:colour=red", "Unknown parameter: 'colour'")]
    [InlineData("CreateJob:status", "'status' needs a value")]
    [InlineData("CreateJob:status=many", "'status' needs a number")]
    [InlineData("CreateJob:status=199", ">= 200")]
    [InlineData("CreateJob:status=600", "<= 599")]
    [InlineData("CreateJob:status=500.5", "expected an integer")]
    [InlineData("CreateJob:status=500,status=501", "twice")]
    [InlineData("CreateJob:drop=maybe", "flag")]
    [InlineData("CreateJob:drop,,count=1", "empty field")]
    [InlineData("CreateJob:drop,status=500", "'status' does not go with 'drop'")]
    [InlineData("CreateJob:drop,gzip", "'gzip' does not go with 'drop'")]
    [InlineData("CreateJob:delay_ms=5,message=x", "'message' goes with 'status'")]
    [InlineData("CreateJob:status=500,body='open", "closing quote")]
    [InlineData("CreateJob:status=500,body='a'b", "after its closing quote")]
    [InlineData("CreateJob:drop,probability=1.5", "0 to 1")]
    [InlineData("CreateJob:drop,count=0", ">= 1")]
    [InlineData("CreateJob:drop,skip=-1", ">= 0")]
    [InlineData("CreateJob:delay_ms=600001", "<= 600000")]
    [InlineData("CreateJob:slow_bytes=5", "go together")]
    [InlineData("CreateJob:redirect=http://x/,status=500", "redirect has the status")]
    [InlineData("CreateJob:status=429,retry_after=1,retry_after_date=1", "same header")]
    [InlineData("CreateJob:header.Content-Length=5", "cannot be set")]
    [InlineData("CreateJob:header.A\r\nB=5", "a name has")]
    [InlineData("CreateJob:header.X=ü", "printable")]
    [InlineData("CreateJob:redirect=http://ü/", "printable")]
    [InlineData("CreateJob:operation=GetJob,drop", "twice")]
    [InlineData("CreateJob:path=/v1/files,drop", "'path' instead")]
    [InlineData("CreateJob:method=GET,drop", "'method' goes with 'path'")]
    [InlineData("GET v1/files:drop", "begins with '/'")]
    [InlineData("{\"operation\":\"GetJob\",\"drop\":1}", "expected a boolean")]
    [InlineData("{\"operation\":\"GetJob\",", "no valid JSON")]
    [InlineData("{\"operation\":7,\"drop\":true}", "expected a string")]
    [InlineData("{\"operation\":\"GetJob\",\"status\":500,\"body\":7}", "expected a string")]
    [InlineData("{\"operation\":\"GetJob\",\"headers\":[]}", "expected an object")]
    [InlineData("{\"operation\":\"GetJob\",\"headers\":{\"x\":1}}", "expected a string")]
    public async Task A_rule_that_makes_no_sense_is_refused_over_http_and_as_an_option(string rule, string message)
    {
        string body = rule.StartsWith("{\"operation\":\"GetJob\",\"", StringComparison.Ordinal)
            ? rule
            : $$"""{"rule":{{JsonSerializer.Serialize(rule)}}}""";
        JsonElement error = await Control.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            "_server/faults",
            body
        );
        OptionException option = Assert.Throws<OptionException>(() =>
            ServerCommandLine.Parse(["--memory", "--fault", rule])
        );

        Assert.Contains(message, error.GetProperty("message").GetString());
        Assert.StartsWith("--fault: ", option.Message);
        Assert.Contains(message, option.Message);
    }

    [Fact]
    public async Task Rules_are_added_listed_replaced_and_deleted()
    {
        await using TestServer server = await TestServer.StartAsync(configure: options =>
            options with
            {
                Faults = [FaultReader.Read("GetJob:drop")],
            }
        );
        async Task<string[]> IdsAsync() =>
            [
                .. (await server.Control.GetAsync("_server/faults"))
                    .GetProperty("data")
                    .EnumerateArray()
                    .Select(rule => rule.GetProperty("id").GetString()!),
            ];
        JsonElement added = await server.Control.PostAsync(
            "_server/faults",
            """{"operation":"GetFile","status":500,"after_work":false}"""
        );
        Assert.Equal(
            """{"id":"fault_2","hits":0,"matched":0,"operation":"GetFile","after_work":false,"status":500}""",
            added.GetRawText()
        );
        Assert.Equal(["fault_1", "fault_2"], await IdsAsync());

        // What was read can be put back, and a refused list changes nothing.
        string list = (await server.Control.GetAsync("_server/faults")).GetRawText();
        await server.Control.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            "_server/faults",
            """{"data":["GetJob:drop","nonsense"]}"""
        );
        Assert.Equal(["fault_1", "fault_2"], await IdsAsync());
        await server.Control.SendAsync(HttpMethod.Put, "_server/faults", list);
        Assert.Equal(["fault_3", "fault_4"], await IdsAsync());

        using HttpResponseMessage one = await server.Control.Http.DeleteAsync("_server/faults/fault_3");
        await server.Control.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Delete, "_server/faults/fault_3");
        Assert.Equal(["fault_4"], await IdsAsync());
        using HttpResponseMessage all = await server.Control.Http.DeleteAsync("_server/faults");
        Assert.Empty(await IdsAsync());
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (one.StatusCode, all.StatusCode));
        await server.Api.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "fine_tuning/jobs/ftjob-x");
    }

    [Theory]
    [InlineData("PUT", "{}", "data")]
    [InlineData("PUT", "{\"data\":{}}", "data")]
    [InlineData("PUT", "{\"data\":[7]}", "rule")]
    [InlineData("PUT", "{\"data\":[],\"more\":1}", "more")]
    [InlineData("POST", "{\"rule\":7}", "rule")]
    [InlineData("POST", "{\"rule\":\"GetJob:drop\",\"count\":1}", "count")]
    public async Task A_bad_body_is_refused_with_the_field_named(string method, string body, string param)
    {
        JsonElement error = await Control.RefusedAsync(
            HttpStatusCode.BadRequest,
            new HttpMethod(method),
            "_server/faults",
            body
        );
        Assert.Equal(param, error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task The_number_of_rules_is_bounded()
    {
        string many = JsonSerializer.Serialize(Enumerable.Repeat("GetJob:drop", FaultReader.MaxRules + 1));
        await Control.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            "_server/faults",
            $$"""{"data":{{many}}}"""
        );
        FaultRules rules = new([.. Enumerable.Repeat(FaultReader.Read("GetJob:drop"), FaultReader.MaxRules)]);

        Assert.Throws<ApiException>(() => rules.Add(FaultReader.Read("GetJob:drop")));
        Assert.Throws<OptionException>(() =>
            ServerCommandLine.Parse(["--memory", .. Enumerable.Repeat("--fault=GetJob:drop", FaultReader.MaxRules + 1)])
        );
    }

    [Fact]
    public void Options_and_files_give_rules_in_their_order()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, """["GetJob:status=500", {"operation":"*","drop":true}]""");
            ServerOptions options = ServerCommandLine.Parse([
                "--memory",
                "--fault=GetFile:delay_ms=5",
                "--faults-file",
                file,
                "--fault",
                "ListJobs:gzip",
            ]);
            Assert.Equal(["GetFile", "GetJob", "*", "ListJobs"], options.Faults.Select(rule => rule.Operation));

            File.WriteAllText(file, """{"object":"list","data":["GetJob:nonsense=1"]}""");
            Assert.Contains(
                "nonsense",
                Assert
                    .Throws<OptionException>(() => ServerCommandLine.Parse(["--memory", "--faults-file", file]))
                    .Message
            );
            File.WriteAllText(file, """["GetJob:status=500,message=\ud800"]""");
            Assert.Contains(
                "surrogate",
                Assert
                    .Throws<OptionException>(() => ServerCommandLine.Parse(["--memory", "--faults-file", file]))
                    .Message
            );
            Assert.Contains(
                "not valid Unicode",
                Assert
                    .Throws<OptionException>(() =>
                        ServerCommandLine.Parse([
                            "--memory",
                            "--fault",
                            """{"operation":"GetJob","status":500,"message":"\ud800"}""",
                        ])
                    )
                    .Message
            );
            File.WriteAllText(file, "no json");
            Assert.Contains(
                file,
                Assert
                    .Throws<OptionException>(() => ServerCommandLine.Parse(["--memory", "--faults-file", file]))
                    .Message
            );
        }
        finally
        {
            File.Delete(file);
        }

        Assert.Contains(
            "cannot be read",
            Assert.Throws<OptionException>(() => ServerCommandLine.Parse(["--memory", "--faults-file", file])).Message
        );
    }

    [Fact]
    public void Every_route_of_the_api_is_an_operation_and_no_name_is_used_twice()
    {
        List<string> found = [];
        foreach (RouteEndpoint route in fixture.Server.Host.Routes.OfType<RouteEndpoint>())
        {
            if (route.RoutePattern.RawText!.StartsWith("/v1", StringComparison.Ordinal))
            {
                DefaultHttpContext context = new();
                context.Request.Method = route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0];
                context.Request.Path = Regex.Replace(route.RoutePattern.RawText, @"\{[^}]*\}", "some-id");
                string? name = Operations.Of(context.Request);
                Assert.True(
                    name is not null,
                    $"{context.Request.Method} {route.RoutePattern.RawText} has no name in Operations."
                );
                found.Add(name);
            }
        }

        Assert.Equal(found.Count, found.Distinct().Count());
        Assert.Equal(Operations.Names.Count, Operations.Names.Distinct().Count());
        Assert.Contains("ListEvents", found);
    }

    [Theory]
    [InlineData("GET", "/v1/files/", "ListFiles")]
    [InlineData("GET", "/V1/FILES/a", "GetFile")]
    [InlineData("DELETE", "/v1/models/ft:a/b", "DeleteModel")]
    [InlineData("POST", "/v1/files/a", null)]
    [InlineData("GET", "/v2/files", null)]
    [InlineData("GET", "/v1", null)]
    [InlineData("GET", "/", null)]
    public void An_operation_is_known_by_method_and_path(string method, string path, string? name)
    {
        DefaultHttpContext context = new();
        (context.Request.Method, context.Request.Path) = (method, path);
        Assert.Equal(name, Operations.Of(context.Request));
    }

    [Fact]
    public async Task The_request_log_can_be_asked_for_an_operation_a_time_and_the_newest()
    {
        await using TestServer server = await TestServer.StartAsync();
        await server.Api.GetAsync("models");
        await server.Api.GetAsync("files");
        JsonElement all = await server.Control.GetAsync("_server/requests");
        string second = all.GetProperty("data")[1].GetProperty("time").GetString()!;
        await server.Api.GetAsync("models");
        async Task<string[]> AskAsync(string query) =>
            [
                .. (await server.Control.GetAsync("_server/requests?" + query))
                    .GetProperty("data")
                    .EnumerateArray()
                    .Select(entry => entry.GetProperty("operation").GetString()!),
            ];

        Assert.Equal(["ListModels", "ListFiles", "ListModels"], await AskAsync(string.Empty));
        Assert.Equal(["ListModels", "ListModels"], await AskAsync("operation=ListModels"));
        Assert.Equal(["ListFiles", "ListModels"], await AskAsync("since=" + Uri.EscapeDataString(second)));
        Assert.Equal(["ListModels"], await AskAsync("limit=1"));
        await server.Control.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Get,
            "_server/requests?operation=Nothing"
        );
        await server.Control.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Get,
            "_server/requests?since=yesterday"
        );
        await server.Control.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "_server/requests?limit=0");
    }

    [Fact]
    public async Task The_request_log_tells_a_few_headers_and_of_keys_that_they_were_there()
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpRequestMessage request = new(HttpMethod.Get, "files/" + new string('a', 5000));
        request.Headers.Add("api-key", "sk-secret-1");
        request.Headers.Add("OpenAI-Project", "proj_1");
        request.Headers.Add("Cookie", "session=secret-2");
        request.Headers.TryAddWithoutValidation("User-Agent", "test/1 " + new string('u', 500));
        (await server.Api.Http.SendAsync(request)).Dispose();
        JsonElement entry = (await server.Control.GetAsync("_server/requests")).GetProperty("data")[0];

        JsonElement headers = entry.GetProperty("headers");
        Assert.Equal("present", headers.GetProperty("authorization").GetString());
        Assert.Equal("present", headers.GetProperty("api-key").GetString());
        Assert.Equal("proj_1", headers.GetProperty("openai-project").GetString());
        Assert.Equal(257, headers.GetProperty("user-agent").GetString()!.Length);
        Assert.Equal(2049, entry.GetProperty("path").GetString()!.Length);
        Assert.Equal(JsonValueKind.Null, entry.GetProperty("fault").ValueKind);
        Assert.DoesNotContain("secret", entry.GetRawText());
        Assert.DoesNotContain("sk-", entry.GetRawText());
    }
}
