using System;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Tasks;
using FineTuning.Server.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FineTuning.Server.Endpoints;

/// <summary>/_server: what the API does not have. All but health want the token of the run file, which only its owner can read.</summary>
internal sealed class ControlEndpoints(Database database, Journal journal, string token, Action requestStop)
{
    public const string TokenHeader = "X-Control-Token";
    private readonly byte[] _token = Encoding.UTF8.GetBytes(token);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/_server/health", HealthAsync);
        routes.MapPost("/_server/stop", StopAsync);
        routes.MapGet("/_server/requests", ReadJournalAsync);
        routes.MapDelete("/_server/requests", ClearJournalAsync);
    }

    private Task HealthAsync(HttpContext context)
    {
        (int running, int queued) = database.Read(JobStore.Count);
        HealthInfo health = new("ok", ServerHost.Version, running, queued);
        return context.WriteJsonAsync(health, ServerJson.Default.HealthInfo);
    }

    private async Task StopAsync(HttpContext context)
    {
        CheckToken(context.Request);
        await context.WriteJsonAsync(new StopInfo("stopping"), ServerJson.Default.StopInfo, StatusCodes.Status202Accepted);
        requestStop();
    }

    private Task ReadJournalAsync(HttpContext context)
    {
        CheckToken(context.Request);
        return context.WriteJsonAsync(journal.Read(), ServerJson.Default.JournalPage);
    }

    private Task ClearJournalAsync(HttpContext context)
    {
        CheckToken(context.Request);
        journal.Clear();
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private void CheckToken(HttpRequest request)
    {
        byte[] given = Encoding.UTF8.GetBytes(request.Headers[TokenHeader].ToString());
        if (!CryptographicOperations.FixedTimeEquals(given, _token))
        {
            throw new ApiException(401, $"This path wants the control token of the run file in the header {TokenHeader}.", code: "invalid_control_token");
        }
    }
}
