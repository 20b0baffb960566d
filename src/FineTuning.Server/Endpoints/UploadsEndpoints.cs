using System.Text.Json;
using FineTuning.Core.Wire;
using FineTuning.Server.Hosting;
using FineTuning.Server.Http;
using FineTuning.Server.Requests;
using FineTuning.Server.Storage;

namespace FineTuning.Server.Endpoints;

/// <summary>/v1/uploads: files in parts.</summary>
internal sealed class UploadsEndpoints(UploadStore uploads, ServerOptions options)
{
    private const string Root = "/v1/uploads";
    private const int MaxName = 512,
        MaxId = 256,
        Md5Length = 32;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Root, CreateAsync);
        routes.MapPost(Root + "/{id}/parts", AddPartAsync);
        routes.MapPost(Root + "/{id}/complete", CompleteAsync);
        routes.MapPost(
            Root + "/{id}/cancel",
            async context =>
                await context.WriteJsonAsync(
                    await uploads.CancelAsync(IdOf(context)),
                    WireContext.Default.UploadResource
                )
        );
    }

    private static string IdOf(HttpContext context) => (string)context.GetRouteValue("id")!;

    private async Task CreateAsync(HttpContext context)
    {
        UploadRecord upload;
        using (JsonDocument body = await context.ReadJsonAsync())
        {
            upload = Read(body.RootElement);
        }

        await uploads.CreateAsync(upload);
        await context.WriteJsonAsync(upload.ToResource(), WireContext.Default.UploadResource);
    }

    private async Task AddPartAsync(HttpContext context)
    {
        string id = IdOf(context);
        await uploads.FindPendingAsync(id, "given parts");
        using MultipartUpload form = await MultipartUpload.ReadAsync(
            context,
            "data",
            uploads.BeginPart,
            options.MaxPartBytes,
            "The part"
        );
        FileUpload part = form.Content ?? throw ApiErrors.Missing("data");
        if (part.Stream.Length == 0)
        {
            throw ApiErrors.BadRequest("The part is empty.", "data");
        }

        context.RequestAborted.ThrowIfCancellationRequested();
        await context.WriteJsonAsync(await uploads.CommitPartAsync(id, part), WireContext.Default.UploadPartResource);
    }

    private async Task CompleteAsync(HttpContext context)
    {
        List<string> partIds;
        string? md5;
        using (JsonDocument body = await context.ReadJsonAsync())
        {
            JobRequestReader.CheckNames(body.RootElement, string.Empty, ["part_ids", "md5"]);
            partIds = ReadPartIds(body.RootElement);
            md5 = JobRequestReader.Text(body.RootElement, "md5", required: false, MaxId);
        }

        if (md5 is not null && (md5.Length != Md5Length || !md5.All(char.IsAsciiHexDigit)))
        {
            throw ApiErrors.BadRequest(
                $"Invalid 'md5': expected {Md5Length} hexadecimal digits.",
                "md5",
                "invalid_value"
            );
        }

        UploadResource upload = await uploads.CompleteAsync(IdOf(context), partIds, md5, context.RequestAborted);
        await context.WriteJsonAsync(upload, WireContext.Default.UploadResource);
    }

    private UploadRecord Read(JsonElement body)
    {
        JobRequestReader.CheckNames(body, string.Empty, ["filename", "purpose", "bytes", "mime_type", "expires_after"]);
        string name = JobRequestReader.Text(body, "filename", required: true, MaxName)!;
        string purpose = FilePurposes.Check(JobRequestReader.Text(body, "purpose", required: true, MaxId));
        if (JobRequestReader.Get(body, "bytes") is null)
        {
            throw ApiErrors.Missing("bytes");
        }

        JobRequestReader.WholeNumber(body, "bytes", "bytes", 1, options.MaxUploadBytes, allowAuto: false);
        string type = JobRequestReader.Text(body, "mime_type", required: true, MaxId)!;
        FilePurposes.CheckType(purpose, type);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return new UploadRecord
        {
            Id = Ids.NewUpload(),
            FileName = name,
            Purpose = purpose,
            Bytes = (long)body.GetProperty("bytes").GetDouble(),
            MimeType = type,
            CreatedAt = now,
            ExpiresAt = now + options.UploadLifetime,
            FileLifetime = FileLifetime.Read(body),
        };
    }

    private static List<string> ReadPartIds(JsonElement body)
    {
        JsonElement list = JobRequestReader.Get(body, "part_ids") ?? throw ApiErrors.Missing("part_ids");
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw ApiErrors.WrongType("part_ids", "an array of strings", JobRequestReader.Describe(list));
        }

        if (list.GetArrayLength() is 0 or > UploadStore.MaxParts)
        {
            throw ApiErrors.BadRequest(
                $"Invalid 'part_ids': expected 1 to {UploadStore.MaxParts} ids.",
                "part_ids",
                "invalid_value"
            );
        }

        return
        [
            .. list.EnumerateArray()
                .Select(id =>
                    id.ValueKind == JsonValueKind.String
                        ? id.GetString()!
                        : throw ApiErrors.WrongType(
                            "part_ids",
                            "an array of strings",
                            "an array with " + JobRequestReader.Describe(id)
                        )
                ),
        ];
    }
}
