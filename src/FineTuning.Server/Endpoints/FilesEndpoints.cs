using FineTuning.Core.Wire;
using FineTuning.Server.Hosting;
using FineTuning.Server.Http;
using FineTuning.Server.Requests;
using FineTuning.Server.Storage;
using Microsoft.Net.Http.Headers;

namespace FineTuning.Server.Endpoints;

/// <summary>/v1/files.</summary>
internal sealed class FilesEndpoints(Database database, FileStore files, ServerOptions options) : IEndpoints
{
    private const int MaxPage = 10_000,
        MaxFileName = 512;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/files", CreateAsync);
        routes.MapRead("/v1/files", ListAsync);
        routes.MapRead("/v1/files/{id}", GetAsync);
        routes.MapRead("/v1/files/{id}/content", GetContentAsync);
        routes.MapDelete("/v1/files/{id}", DeleteAsync);
    }

    private static string IdOf(HttpContext context) => (string)context.GetRouteValue("id")!;

    private async Task CreateAsync(HttpContext context)
    {
        using MultipartUpload form = await MultipartUpload.ReadAsync(
            context,
            "file",
            files.Begin,
            options.MaxFileBytes,
            "The file"
        );
        string purpose = FilePurposes.Check(form.Field("purpose"));
        TimeSpan? lifetime = FileLifetime.Read(
            form.Field("expires_after[anchor]"),
            form.Field("expires_after[seconds]")
        );
        FileUpload content = form.Content ?? throw ApiErrors.Missing("file");
        if (form.FileName.Length is 0 or > MaxFileName)
        {
            throw ApiErrors.BadRequest($"The file needs a name of 1 to {MaxFileName} characters.", "file");
        }

        if (content.Stream.Length == 0)
        {
            throw ApiErrors.BadRequest("The file is empty.", "file");
        }

        FileResource file = await files.CommitAsync(content, form.FileName, purpose, lifetime, context.RequestAborted);
        await context.WriteJsonAsync(file, WireContext.Default.FileResource);
    }

    private Task ListAsync(HttpContext context)
    {
        var query = ListQuery.Read(context.Request, MaxPage, MaxPage);
        string? purpose = ListQuery.Single(context.Request, "purpose");
        query = query.OrderedBy(context.Request, "asc", "desc");
        Page<FileResource> page = database.Read(session => FileStore.List(session, query, purpose));
        return context.WriteJsonAsync(page.ToResource(file => file.Id), WireContext.Default.ListResourceFileResource);
    }

    private Task GetAsync(HttpContext context) =>
        context.WriteJsonAsync(Find(IdOf(context)), WireContext.Default.FileResource);

    private async Task GetContentAsync(HttpContext context)
    {
        FileResource file = Find(IdOf(context));
        FileStream content;
        try
        {
            // Deleting must not wait for a slow reader.
            content = new FileStream(
                files.PathOf(file.Id),
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read | FileShare.Delete,
                1,
                FileOptions.Asynchronous | FileOptions.SequentialScan
            );
        }
        catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw ApiErrors.FileNotFound(file.Id);
        }

        // Whatever was uploaded is handed out as bytes to save, never as something a browser would show.
        ContentDispositionHeaderValue disposition = new("attachment");
        disposition.SetHttpFileName(file.FileName);
        context.Response.Headers.ContentDisposition = disposition.ToString();
        await Results.Stream(content, "application/octet-stream", enableRangeProcessing: true).ExecuteAsync(context);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        string id = IdOf(context);
        if (!await files.DeleteAsync(id))
        {
            throw ApiErrors.FileNotFound(id);
        }

        DeletedResource answer = new()
        {
            Id = id,
            Kind = "file",
            Deleted = true,
        };
        await context.WriteJsonAsync(answer, WireContext.Default.DeletedResource);
    }

    private FileResource Find(string id) =>
        database.Read(session => FileStore.Find(session, id)) ?? throw ApiErrors.FileNotFound(id);
}
