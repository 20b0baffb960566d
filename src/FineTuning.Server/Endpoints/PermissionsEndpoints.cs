using System.Text.Json;
using FineTuning.Core.Json;
using FineTuning.Core.Wire;
using FineTuning.Server.Http;
using FineTuning.Server.Requests;
using FineTuning.Server.Storage;

namespace FineTuning.Server.Endpoints;

/// <summary>/v1/fine_tuning/checkpoints/…/permissions. An admin key is asked for before a request comes here.</summary>
internal sealed class PermissionsEndpoints(Database database) : IEndpoints
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
            new Page<PermissionResource>(granted, HasMore: false).ToResource(permission => permission.Id),
            WireContext.Default.ListResourcePermissionResource
        );
    }

    private Task ListAsync(HttpContext context)
    {
        string checkpoint = CheckpointOf(context);
        var query = ListQuery.Read(context.Request, DefaultPage);
        string? project = ListQuery.Single(context.Request, "project_id");
        query = query.OrderedBy(context.Request, "ascending", "descending");
        Page<PermissionResource> page = database.Read(session =>
        {
            CheckCheckpoint(session, checkpoint);
            return PermissionStore.List(session, query, checkpoint, project);
        });
        return context.WriteJsonAsync(
            page.ToResource(permission => permission.Id),
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
