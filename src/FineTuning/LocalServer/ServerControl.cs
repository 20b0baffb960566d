using System.Diagnostics;
using System.Text.Json;
using FineTuning.Output;

namespace FineTuning.LocalServer;

/// <summary>Talks to the part of a local server that is not the service's API.</summary>
internal static class ServerControl
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(15);

    private static readonly HttpClient s_http = new() { Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>Fills in what the server does now. False if nothing answers there.</summary>
    public static async Task<bool> RefreshAsync(FineTuningServerInfo server, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await s_http.GetAsync(
                new Uri(server.Root, "/_server/health"),
                cancellationToken
            );
            using var health = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            server.JobsRunning = health.RootElement.GetProperty("jobs_running").GetInt32();
            server.JobsQueued = health.RootElement.GetProperty("jobs_queued").GetInt32();
            return true;
        }
        catch (Exception e) when (IsNoAnswer(e, cancellationToken))
        {
            return false;
        }
    }

    /// <summary>Asks the server to stop and waits until its process is gone; one that does not answer is
    /// ended.</summary>
    public static async Task StopAsync(FineTuningServerInfo server, CancellationToken cancellationToken)
    {
        using Process? process = RunFiles.FindProcess(server);
        if (process is null)
        {
            // It ended without deleting its run file.
            File.Delete(server.RunFile);
            return;
        }

        var gone = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => gone.TrySetResult(true);
        if (process.HasExited)
        {
            return;
        }

        bool asked = await AskAsync(server, cancellationToken);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(s_timeout);
        using (timeout.Token.Register(() => gone.TrySetResult(false)))
        {
            if ((!asked || !await gone.Task) && !process.HasExited)
            {
                cancellationToken.ThrowIfCancellationRequested();
                process.Kill();
                process.WaitForExit((int)s_timeout.TotalMilliseconds);
            }
        }
    }

    /// <summary>Sends a request that wants the control token and gives back the answer, which is empty for one without
    /// a body.</summary>
    /// <exception cref="ServerControlException">It was refused, or nothing answers.</exception>
    public static async Task<JsonElement> SendAsync(
        FineTuningServerInfo server,
        HttpMethod method,
        string path,
        JsonElement? body,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(server.Root, path));
        request.Headers.Add("X-Control-Token", server.ControlToken);
        if (body is JsonElement content)
        {
            request.Content = new StringContent(content.GetRawText(), System.Text.Encoding.UTF8, "application/json");
        }

        try
        {
            using HttpResponseMessage response = await s_http.SendAsync(request, cancellationToken);
            string text = await response.Content.ReadAsStringAsync();
            using var document = JsonDocument.Parse(text.Length > 0 ? text : "{}");
            return response.IsSuccessStatusCode
                ? document.RootElement.Clone()
                : throw new ServerControlException(
                    (int)response.StatusCode,
                    document.RootElement.GetProperty("error").GetProperty("message").GetString()!
                );
        }
        catch (Exception e) when (IsNoAnswer(e, cancellationToken))
        {
            throw new ServerControlException(0, $"The server at {server.Endpoint} does not answer.", e);
        }
    }

    private static async Task<bool> AskAsync(FineTuningServerInfo server, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Root, "/_server/stop"));
        request.Headers.Add("X-Control-Token", server.ControlToken);
        try
        {
            using HttpResponseMessage response = await s_http.SendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (IsNoAnswer(e, cancellationToken))
        {
            return false;
        }
    }

    private static bool IsNoAnswer(Exception e, CancellationToken cancellationToken) =>
        e switch
        {
            OperationCanceledException => !cancellationToken.IsCancellationRequested,
            HttpRequestException
            or JsonException
            or InvalidOperationException
            or System.Collections.Generic.KeyNotFoundException => true,
            _ => false,
        };
}
