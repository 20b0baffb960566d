using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FineTuning.Benchmarks;

/// <summary>A stand-in for graders/run that takes as long as a grading model does, and nothing else: what is measured
/// is the client.</summary>
internal sealed class GraderEndpoint : IAsyncDisposable
{
    public static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(100);

    private readonly WebApplication _app;
    private readonly int _refuseEvery;
    private readonly Dictionary<int, int> _graded = [];
    private readonly Lock _gate = new();
    private int _requests;
    private int _running;

    private GraderEndpoint(WebApplication app, int refuseEvery)
    {
        (_app, _refuseEvery) = (app, refuseEvery);
        _app.MapPost("/v1/fine_tuning/alpha/graders/run", RunAsync);
    }

    /// <summary>The base of its API.</summary>
    public string Address => _app.Urls.Single() + "/v1";

    public int Requests => _requests;

    /// <summary>Requests that were answered with 429.</summary>
    public int Refused { get; private set; }

    /// <summary>The most gradings that were under way at a time.</summary>
    public int MaxConcurrent { get; private set; }

    /// <summary>Samples that were graded.</summary>
    public int Samples => _graded.Count;

    /// <summary>Samples that were graded more than once.</summary>
    public int Repeated => _graded.Values.Count(times => times > 1);

    /// <param name="refuseEvery">Which requests to refuse for their number, such as every 20th; 0 refuses none. Every
    /// other refusal says how long to wait.</param>
    public static async Task<GraderEndpoint> StartAsync(int refuseEvery = 0)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        GraderEndpoint endpoint = new(builder.Build(), refuseEvery);
        await endpoint._app.StartAsync();
        return endpoint;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task RunAsync(HttpContext context)
    {
        using JsonDocument body = await JsonDocument.ParseAsync(context.Request.Body);
        int number = int.Parse(body.RootElement.GetProperty("model_sample").GetString()!, CultureInfo.InvariantCulture);
        if (number < 0)
        {
            // Warms the client up.
            await WriteAsync(context, Result(0));
            return;
        }

        bool refused;
        lock (_gate)
        {
            _requests++;
            refused = _refuseEvery > 0 && _requests % _refuseEvery == 0;
            Refused += refused ? 1 : 0;
            MaxConcurrent = refused ? MaxConcurrent : Math.Max(MaxConcurrent, ++_running);
        }

        if (refused)
        {
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            if (Refused % 2 == 0)
            {
                context.Response.Headers.RetryAfter = "1";
            }

            await WriteAsync(
                context,
                """{"error":{"message":"Rate limit reached.","type":"requests","param":null,"code":"rate_limit_exceeded"}}"""
            );
            return;
        }

        await Task.Delay(Duration, context.RequestAborted);
        lock (_gate)
        {
            _running--;
            _graded[number] = _graded.GetValueOrDefault(number) + 1;
        }

        // The reward follows from the sample, so that the client can tell whether each came back to its own.
        await WriteAsync(context, Result(number % 1000 / 1000.0));
    }

    private static string Result(double reward) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"reward":{{{reward}}},"metadata":{"name":"g","type":"string_check","errors":{},"execution_time":0.1,"scores":{}},"sub_rewards":{},"model_grader_token_usage_per_model":{}}"""
        );

    private static Task WriteAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json);
    }
}
