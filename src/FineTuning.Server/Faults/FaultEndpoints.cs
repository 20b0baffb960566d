using System.Text.Json;
using FineTuning.Core.Json;
using FineTuning.Server.Endpoints;
using FineTuning.Server.Http;
using FineTuning.Server.Requests;

namespace FineTuning.Server.Faults;

/// <summary>/_server/faults: the rules in force, with what they hit.</summary>
internal sealed class FaultEndpoints(FaultRules rules, ControlToken token) : IEndpoints
{
    private const string Root = ControlEndpoints.Root + "/faults";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapRead(Root, token.Guard(context => WriteAsync(context, rules.Read())));
        routes.MapPost(Root, token.Guard(AddAsync));
        routes.MapPut(Root, token.Guard(ReplaceAsync));
        routes.MapDelete(Root, token.Guard(context => Done(context, rules.Replace([]).Count == 0)));
        routes.MapDelete(
            Root + "/{id}",
            token.Guard(context => Done(context, rules.Remove((string)context.GetRouteValue("id")!)))
        );
    }

    private static Task Done(HttpContext context, bool done)
    {
        if (!done)
        {
            throw new ApiException(404, $"No fault rule '{context.GetRouteValue("id")}' is in force.", param: "id");
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static Task WriteAsync(HttpContext context, IReadOnlyList<FaultRule> list) =>
        context.WriteJsonAsync(new FaultList("list", list), FaultJson.Default.FaultList);

    /// <summary>The body is a rule, or has one in its short form as <c>rule</c>.</summary>
    private async Task AddAsync(HttpContext context)
    {
        using JsonDocument body = await context.ReadJsonAsync();
        JsonElement sent = body.RootElement;
        JsonField fields = RequestFields.Of(sent);
        if (fields["rule"].Value is { } rule)
        {
            fields.CheckNames(["rule"]);
            sent = rule;
        }

        await context.WriteJsonAsync(rules.Add(FaultReader.Read(sent)), FaultJson.Default.FaultRule);
    }

    private async Task ReplaceAsync(HttpContext context)
    {
        using JsonDocument body = await context.ReadJsonAsync();
        JsonField fields = RequestFields.Of(body.RootElement);
        fields.CheckNames(["object", "data"]);
        JsonField data = fields["data"].Required();
        await WriteAsync(context, rules.Replace(FaultReader.ReadList(data.Value!.Value)));
    }
}
