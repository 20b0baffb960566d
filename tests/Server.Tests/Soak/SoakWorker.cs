using System.Globalization;
using System.Text;
using System.Text.Json;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;

namespace FineTuning.Server.Tests.Soak;

/// <summary>One client at work until the server is gone. It touches only what it made itself, so each answer says what
/// must hold.</summary>
internal sealed partial class SoakWorker(int number, int seed, Ledger ledger)
{
    private static readonly int s_mostUnfinished = SoakScale.IsLong ? 4 : 2;
    private readonly Random _random = new(seed);
    private int _made;

    /// <summary>A job that is neither cancelled nor robbed of its file: of each client one at least runs to its
    /// end.</summary>
    private KnownJob? _kept;

    /// <summary>Sends one random request after the other, until one has no answer.</summary>
    public async Task RunAsync(Api api)
    {
        while (await StepAsync(api)) { }
    }

    /// <summary>Looks at the jobs of this worker that the ledger does not know as ended.</summary>
    private KnownJob? PickJob() => Pick(ledger.Jobs.Values.Where(job => job.Worker == this && job.Final is null));

    private T? Pick<T>(IEnumerable<T> from)
        where T : class
    {
        T[] all = [.. from];
        return all.Length == 0 ? null : all[_random.Next(all.Length)];
    }

    private string NextMark() => string.Create(CultureInfo.InvariantCulture, $"{number}-{_made++}");

    private (SentContent Sent, string Name, byte[] Content) NextContent()
    {
        JobShape? shape =
            _kept is not null && _random.Next(3) == 0 ? null : JobShape.All[_random.Next(JobShape.All.Count)];
        byte[] content = shape?.Data ?? new byte[_random.Next(20) == 0 ? 6_000_000 : 1 + _random.Next(60_000)];
        if (shape is null)
        {
            _random.NextBytes(content);
        }

        string name = NextMark() + ".jsonl";
        var sent = SentContent.Of(this, shape is null ? "user_data" : "fine-tune", shape, content);
        ledger.Sent[name] = sent;
        return (sent, name, content);
    }

    private Task<bool> StepAsync(Api api) =>
        _kept is null
            ? CreateAsync(api)
            : _random.Next(100) switch
            {
                < 13 => UploadAsync(api),
                < 33 => UploadInPartsAsync(api),
                < 50 => CreateAsync(api),
                < 60 => ChangeAsync(api, "pause"),
                < 74 => ChangeAsync(api, "resume"),
                < 77 => ChangeAsync(api, "cancel"),
                < 86 => ReadEventsAsync(api),
                < 92 => ReadJobAsync(api),
                < 96 => DeleteFileAsync(api),
                < 99 => ChangePermissionAsync(api),
                _ => DeleteModelAsync(api),
            };

    private async Task<bool> UploadAsync(Api api)
    {
        (SentContent sent, string name, byte[] content) = NextContent();
        using MultipartFormDataContent form = Api.Form(content, sent.Purpose, name);
        if (await TryAsync(api, HttpMethod.Post, "files", form) is not { } answer)
        {
            return false;
        }

        ledger.Files[answer.Body.GetProperty("id").GetString()!] = new KnownFile(answer.Body.GetRawText(), sent);
        ledger.Acknowledge();
        return true;
    }

    private async Task<bool> CreateAsync(Api api)
    {
        KeyValuePair<string, KnownFile>[] data =
        [
            .. ledger.Files.Where(file =>
                file.Value.Content.Worker == this
                && file.Value.Content.Shape is not null
                && file.Value.Presence == Presence.Present
            ),
        ];
        if (
            data.Length == 0
            || ledger.Jobs.Values.Count(job => job.Worker == this && job.Final is null) >= s_mostUnfinished
        )
        {
            return await UploadAsync(api);
        }

        (string file, KnownFile known) = data[_random.Next(data.Length)];
        string mark = NextMark();
        JobShape shape = known.Content.Shape!;
        using StringContent body = new(shape.Request(file, mark).ToJsonString(), Encoding.UTF8, "application/json");
        if (await TryAsync(api, HttpMethod.Post, "fine_tuning/jobs", body) is not { } answer)
        {
            ledger.Unanswered[mark] = (this, shape);
            return false;
        }

        string id = answer.Body.GetProperty("id").GetString()!;
        KnownJob job = new(id, shape, this, answer.Body);
        ledger.Jobs[id] = job;
        _kept ??= job;
        ledger.Acknowledge();
        return true;
    }

    private async Task<bool> ChangeAsync(Api api, string verb)
    {
        if (PickJob() is not { } job || (job == _kept && verb == "cancel"))
        {
            return true;
        }

        Expected before = job.Expected;
        job.Expected = Expected.Any;
        if (
            await TryAsync(api, HttpMethod.Post, $"fine_tuning/jobs/{job.Id}/{verb}", mayRefuse: true) is not { } answer
        )
        {
            return false;
        }

        if (!answer.IsSuccess)
        {
            job.Expected = before;
            return true;
        }

        job.Expected = answer.Body.GetProperty("status").GetString() switch
        {
            "pausing" => Expected.Pausing,
            "paused" => Expected.Paused,
            "cancelled" => Expected.Cancelled,
            _ => Expected.Going,
        };
        ledger.Acknowledge();
        return true;
    }

    private async Task<bool> ReadJobAsync(Api api)
    {
        if (PickJob() is not { } job)
        {
            return true;
        }

        if (await TryAsync(api, HttpMethod.Get, $"fine_tuning/jobs/{job.Id}") is not { } answer)
        {
            return false;
        }

        LedgerCheck.Job(job, answer.Body);
        return true;
    }

    private async Task<bool> ReadEventsAsync(Api api)
    {
        if (PickJob() is not { } job)
        {
            return true;
        }

        if (await TryAsync(api, HttpMethod.Get, $"fine_tuning/jobs/{job.Id}/events?limit=100") is not { } answer)
        {
            return false;
        }

        // Only a page that goes back to the first event is a beginning that the next one must have too.
        if (!answer.Body.GetProperty("has_more").GetBoolean())
        {
            LedgerCheck.Events(job, [.. answer.Body.GetProperty("data").EnumerateArray().Reverse()]);
        }

        return true;
    }

    private async Task<bool> DeleteFileAsync(Api api)
    {
        string kept = _kept!.Created.GetProperty("training_file").GetString()!;
        string? id = Pick(
            ledger
                .Files.Where(file =>
                    file.Value.Content.Worker == this && file.Value.Presence == Presence.Present && file.Key != kept
                )
                .Select(file => file.Key)
        );
        if (id is null)
        {
            return true;
        }

        ledger.Files[id].Presence = Presence.Unknown;
        foreach (
            KnownJob job in ledger.Jobs.Values.Where(job => job.Created.GetProperty("training_file").GetString() == id)
        )
        {
            job.MayFail = true;
        }

        if (await TryAsync(api, HttpMethod.Delete, "files/" + id) is null)
        {
            return false;
        }

        ledger.Files[id].Presence = Presence.Deleted;
        ledger.Acknowledge();
        return true;
    }

    private async Task<bool> DeleteModelAsync(Api api)
    {
        string? name = Pick(
            ledger
                .Jobs.Values.Where(job => job.Worker == this && job.Final is not null && job != _kept)
                .Select(LedgerCheck.ModelOf)
                .OfType<string>()
                .Where(model => !ledger.DeletedModels.ContainsKey(model))
        );
        if (name is null)
        {
            return true;
        }

        ledger.DeletedModels[name] = false;
        if (await TryAsync(api, HttpMethod.Delete, "models/" + name) is null)
        {
            return false;
        }

        ledger.DeletedModels[name] = true;
        ledger.Acknowledge();
        return true;
    }

    /// <summary>Null without an answer: the server is gone.</summary>
    private static async Task<Answer?> TryAsync(
        Api api,
        HttpMethod method,
        string path,
        HttpContent? content = null,
        bool mayRefuse = false
    )
    {
        string text;
        int status;
        try
        {
            using HttpRequestMessage request = new(method, path) { Content = content };
            using HttpResponseMessage response = await api.Http.SendAsync(request);
            status = (int)response.StatusCode;
            text = await response.Content.ReadAsStringAsync();
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return null;
        }

        return status == 200 || (mayRefuse && status == 400)
            ? new Answer(status == 200, JsonElement.Parse(text))
            : throw new InvalidOperationException($"{method} {path}: {status} {text}");
    }

    private sealed record Answer(bool IsSuccess, JsonElement Body);
}
