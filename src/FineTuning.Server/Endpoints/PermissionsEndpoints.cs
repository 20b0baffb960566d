using System.Text.Json;
using FineTuning.Core.Json;
using FineTuning.Core.Wire;
using FineTuning.Server.Http;
using FineTuning.Server.Requests;
using FineTuning.Server.Storage;

namespace FineTuning.Server.Endpoints;

/// <summary>/v1/fine_tuning/checkpoints/…/permissions. An admin key is asked for before a request comes here.</summary>
internal sealed class PermissionsEndpoints(Database database)
{
    private const string Root = Authentication.AdminPath + "/{checkpoint}/permissions";
    private const int MaxProjects = 100,
        MaxProject = 256,
        DefaultPage = 10;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Root, GrantAsync);
        routes.MapRead(Root, ListAsync);
        routes.MapDelete(Root + "/{id}", RevokeAsync);
    }

    private static string CheckpointOf(HttpContext context) => (string)context.GetRouteValue("checkpoint")!;

    private static void CheckCheckpoint(Session session, string checkpoint)
    {
        if (ModelStore.Find(session, checkpoint) is null)
        {
            throw ApiErrors.ModelNotFound(checkpoint);
        }
    }

    private static ListResource<PermissionResource> ToList(List<PermissionResource> page, bool hasMore) =>
        new()
        {
            Data = page,
            HasMore = hasMore,
            FirstId = page.FirstOrDefault()?.Id,
            LastId = page.LastOrDefault()?.Id,
        };

    private async Task GrantAsync(HttpContext context)
    {
        string checkpoint = CheckpointOf(context);
        List<string> projects;
        using (JsonDocument body = await context.ReadJsonAsync())
        {
            projects = ReadProjects(body.RootElement);
        }

        List<PermissionResource> granted = await database.WriteAsync(session =>
        {
            CheckCheckpoint(session, checkpoint);
            return projects.ConvertAll(project => PermissionStore.Grant(session, checkpoint, project));
        });
        await context.WriteJsonAsync(
            ToList(granted, hasMore: false),
            WireContext.Default.ListResourcePermissionResource
        );
    }

    private Task ListAsync(HttpContext context)
    {
        string checkpoint = CheckpointOf(context);
        var query = ListQuery.Read(context.Request, DefaultPage);
        string? project = ListQuery.Single(context.Request, "project_id");
        string order = ListQuery.Single(context.Request, "order") ?? "descending";
        if (order is not ("ascending" or "descending"))
        {
            throw ApiErrors.BadValue("order", RequestFields.Cut(order), "'ascending' and 'descending'");
        }

        List<PermissionResource> found = database.Read(session =>
        {
            CheckCheckpoint(session, checkpoint);
            long? after = query.After is { } id
                ? PermissionStore.Position(session, checkpoint, id) ?? throw ListQuery.UnknownCursor(id)
                : null;
            return PermissionStore.List(session, checkpoint, project, after, order == "ascending", query.Limit + 1);
        });
        return context.WriteJsonAsync(
            ToList([.. found.Take(query.Limit)], found.Count > query.Limit),
            WireContext.Default.ListResourcePermissionResource
        );
    }

    private async Task RevokeAsync(HttpContext context)
    {
        string checkpoint = CheckpointOf(context),
            id = (string)context.GetRouteValue("id")!;
        bool found = await database.WriteAsync(session =>
        {
            CheckCheckpoint(session, checkpoint);
            return PermissionStore.Revoke(session, checkpoint, id);
        });
        if (!found)
        {
            throw new ApiException(
                404,
                $"The checkpoint '{checkpoint}' has no permission '{id}'.",
                param: "permission_id",
                code: "permission_not_found"
            );
        }

        await context.WriteJsonAsync(
            new DeletedResource
            {
                Id = id,
                Kind = "checkpoint.permission",
                Deleted = true,
            },
            WireContext.Default.DeletedResource
        );
    }

    /// <summary>Each project once, in the order given.</summary>
    private static List<string> ReadProjects(JsonElement body)
    {
        JsonField fields = RequestFields.Of(body);
        fields.CheckNames(["project_ids"]);
        return
        [
            .. RequestFields
                .Strings(fields["project_ids"], MaxProjects, "projects")
                .Select(CheckProject)
                .Distinct(StringComparer.Ordinal),
        ];
    }

    private static string CheckProject(string id) =>
        id.Length is > 0 and <= MaxProject
            ? id
            : throw ApiErrors.BadRequest(
                $"Invalid 'project_ids': an id has 1 to {MaxProject} characters.",
                "project_ids",
                "invalid_value"
            );
}
