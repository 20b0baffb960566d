using FineTuning.Server.Hosting;
using FineTuning.Server.Http;
using FineTuning.Server.Storage;

namespace FineTuning.Server.Endpoints;

/// <summary>/_server: what the API does not have. All but health want the control token.</summary>
internal sealed class ControlEndpoints(Database database, RequestLog requestLog, ControlToken token, StopSignal stop)
    : IEndpoints
{
    public const string Root = "/_server";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapRead(Root + "/health", HealthAsync);
        routes.MapPost(Root + "/stop", token.Guard(StopAsync));
        routes.MapRead(
            Root + "/requests",
            token.Guard(context =>
                context.WriteJsonAsync(requestLog.Read(context.Request), ServerJson.Default.RequestLogPage)
            )
        );
        routes.MapDelete(Root + "/requests", token.Guard(ClearRequestLogAsync));
    }

    private Task HealthAsync(HttpContext context)
    {
        (int running, int queued) = database.Read(JobStore.Count);
        HealthInfo health = new("ok", ServerHost.Version, running, queued);
        return context.WriteJsonAsync(health, ServerJson.Default.HealthInfo);
    }

    private async Task StopAsync(HttpContext context)
    {
        await context.WriteJsonAsync(
            new StopInfo("stopping"),
            ServerJson.Default.StopInfo,
            StatusCodes.Status202Accepted
        );
        stop.Request("asked by the control endpoint");
    }

    private Task ClearRequestLogAsync(HttpContext context)
    {
        requestLog.Clear();
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
