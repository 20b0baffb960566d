using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Tests.Shared.Server;

namespace FineTuning.Server.Tests.Soak;

/// <summary>What takes several requests: an upload in parts, which goes on after a restart, and permissions.</summary>
internal sealed partial class SoakWorker
{
    private const int Parts = 3,
        Projects = 4;
    private PartedUpload? _upload;

    /// <summary>The next request of the upload that is under way. A part that was acknowledged is never sent
    /// again.</summary>
    private async Task<bool> UploadInPartsAsync(Api api)
    {
        if (_upload is null)
        {
            return await BeginUploadAsync(api);
        }

        return _upload.PartIds.Count < Parts
            ? await SendPartAsync(api, _upload)
            : await CompleteUploadAsync(api, _upload);
    }

    private async Task<bool> BeginUploadAsync(Api api)
    {
        (SentContent sent, string name, byte[] content) = NextContent();
        JsonObject body = new()
        {
            ["filename"] = name,
            ["purpose"] = sent.Purpose,
            ["bytes"] = content.Length,
            ["mime_type"] = sent.Shape is null ? "application/octet-stream" : "application/jsonl",
        };
        if (content.Length < Parts)
        {
            return true;
        }

        using StringContent json = new(body.ToJsonString(), Encoding.UTF8, "application/json");
        if (await TryAsync(api, HttpMethod.Post, "uploads", json) is not { } answer)
        {
            return false;
        }

        _upload = new PartedUpload(answer.Body.GetProperty("id").GetString()!, sent, content);
        ledger.Acknowledge();
        return true;
    }

    private async Task<bool> SendPartAsync(Api api, PartedUpload upload)
    {
        int number = upload.PartIds.Count,
            size = upload.Content.Length / Parts,
            start = number * size;
        int end = number == Parts - 1 ? upload.Content.Length : start + size;
        using MultipartFormDataContent form = new()
        {
            { new ByteArrayContent(upload.Content[start..end]), "data", "part" },
        };
        if (await TryAsync(api, HttpMethod.Post, $"uploads/{upload.Id}/parts", form) is not { } answer)
        {
            return false;
        }

        upload.PartIds.Add(answer.Body.GetProperty("id").GetString()!);
        ledger.Acknowledge();
        return true;
    }

    private async Task<bool> CompleteUploadAsync(Api api, PartedUpload upload)
    {
        JsonObject body = new()
        {
            ["part_ids"] = new JsonArray([.. upload.PartIds.Select(id => JsonValue.Create(id))]),
        };
        using StringContent json = new(body.ToJsonString(), Encoding.UTF8, "application/json");

        // Asked for a second time, after a kill, it may be complete already; its file then comes into the ledger from
        // the list.
        if (
            await TryAsync(api, HttpMethod.Post, $"uploads/{upload.Id}/complete", json, mayRefuse: upload.IsCompleting)
            is not { } answer
        )
        {
            upload.IsCompleting = true;
            return false;
        }

        if (answer.IsSuccess)
        {
            string id = answer.Body.GetProperty("file").GetProperty("id").GetString()!;
            ledger.Files[id] = new KnownFile(answer.Body.GetProperty("file").GetRawText(), upload.Sent);
            ledger.Acknowledge();
        }
        else if (!ledger.Files.Values.Any(file => file.Content == upload.Sent))
        {
            throw new InvalidOperationException(
                $"The upload {upload.Id} cannot be completed, and there is no file of it: {answer.Body}"
            );
        }

        _upload = null;
        return true;
    }

    private async Task<bool> ChangePermissionAsync(Api api)
    {
        if (_kept?.Final is null || LedgerCheck.ModelOf(_kept) is not { } model)
        {
            return true;
        }

        string project = $"proj_{_random.Next(Projects)}",
            path = $"fine_tuning/checkpoints/{model}/permissions";
        KnownPermission known = ledger.Permissions.GetOrAdd(
            (model, project),
            _ => new KnownPermission { Presence = Presence.Deleted }
        );
        if (known.Presence == Presence.Present)
        {
            known.Presence = Presence.Unknown;
            string id = JsonElement.Parse(known.Json!).GetProperty("id").GetString()!;
            if (await TryAsync(api, HttpMethod.Delete, $"{path}/{id}") is null)
            {
                return false;
            }

            (known.Presence, known.Json) = (Presence.Deleted, null);
        }
        else
        {
            known.Presence = Presence.Unknown;
            using StringContent json = new(
                new JsonObject { ["project_ids"] = new JsonArray(project) }.ToJsonString(),
                Encoding.UTF8,
                "application/json"
            );
            if (await TryAsync(api, HttpMethod.Post, path, json) is not { } answer)
            {
                return false;
            }

            (known.Presence, known.Json) = (Presence.Present, answer.Body.GetProperty("data")[0].GetRawText());
        }

        ledger.Acknowledge();
        return true;
    }

    private sealed record PartedUpload(string Id, SentContent Sent, byte[] Content)
    {
        public List<string> PartIds { get; } = [];

        public bool IsCompleting { get; set; }
    }
}
