using System.Text.Json;
using FineTuning.Core.Json;
using FineTuning.Core.Wire;
using FineTuning.Server.Hosting;
using FineTuning.Server.Http;
using FineTuning.Server.Requests;
using FineTuning.Server.Storage;

namespace FineTuning.Server.Endpoints;

/// <summary>/v1/uploads: files in parts.</summary>
internal sealed class UploadsEndpoints(UploadStore uploads, ServerOptions options) : IEndpoints
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
            JsonField fields = RequestFields.Of(body.RootElement);
            fields.CheckNames(["part_ids", "md5"]);
            partIds = [.. RequestFields.Strings(fields["part_ids"], UploadStore.MaxParts, "ids")];
            md5 = fields["md5"].AsText(MaxId);
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
        JsonField fields = RequestFields.Of(body);
        fields.CheckNames(["filename", "purpose", "bytes", "mime_type", "expires_after"]);
        string name = fields["filename"].Required().AsText(MaxName)!;
        string purpose = FilePurposes.Check(fields["purpose"].Required().AsText(MaxId));
        double bytes = fields["bytes"].Required().AsNumber(NumberBounds.Whole(1, options.MaxUploadBytes))!.Value;
        string type = fields["mime_type"].Required().AsText(MaxId)!;
        FilePurposes.CheckType(purpose, type);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return new UploadRecord
        {
            Id = Ids.NewUpload(),
            FileName = name,
            Purpose = purpose,
            Bytes = (long)bytes,
            MimeType = type,
            CreatedAt = now,
            ExpiresAt = now + options.UploadLifetime,
            FileLifetime = FileLifetime.Read(body),
        };
    }
}
