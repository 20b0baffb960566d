using System.Text.Json;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Soak;

/// <summary>Compares a server with the ledger.</summary>
internal static class LedgerCheck
{
    private static readonly string[] s_final = ["succeeded", "failed", "cancelled"];

    /// <summary>The model of an ended job; null if it made none.</summary>
    public static string? ModelOf(KnownJob job) =>
        JsonElement.Parse(job.Final!).GetProperty("fine_tuned_model").GetString();

    /// <summary>A job as it is now, against what was acknowledged about it. Once it has ended, it is remembered
    /// so.</summary>
    public static void Job(KnownJob known, JsonElement now)
    {
        string text = now.GetRawText(),
            status = now.GetProperty("status").GetString()!;
        if (known.Final is { } final)
        {
            Assert.Equal(final, text);
            return;
        }

        foreach (string field in new[] { "id", "created_at", "model", "training_file", "seed", "metadata", "method" })
        {
            Assert.Equal(known.Created.GetProperty(field).GetRawText(), now.GetProperty(field).GetRawText());
        }

        bool isFinal = s_final.Contains(status);
        Assert.True(
            known.Expected switch
            {
                Expected.Any => true,
                Expected.Going => status
                    is "validating_files"
                        or "queued"
                        or "running"
                        or "resuming"
                        or "succeeded"
                        or "failed",
                Expected.Pausing => status is "pausing" or "paused" or "succeeded" or "failed",
                Expected.Paused => status is "paused",
                _ => status is "cancelled",
            },
            $"The job was last known as {known.Expected}: {text}"
        );
        Assert.True(status != "failed" || known.MayFail, text);
        if (isFinal)
        {
            known.Final = text;
        }
    }

    /// <summary>Events only grow; their steps are 1, 2, 3, ... without a gap or a double.</summary>
    /// <param name="known">The job.</param>
    /// <param name="now">All of its events, oldest first.</param>
    public static void Events(KnownJob known, IReadOnlyList<JsonElement> now)
    {
        List<string> texts = [.. now.Select(e => e.GetRawText())];
        Assert.True(
            texts.Count >= known.Events.Count,
            $"{known.Id} had {known.Events.Count} events and has {texts.Count}."
        );
        Assert.Equal(known.Events, texts.Take(known.Events.Count));
        Assert.Equal(now.Count, now.Select(e => e.GetProperty("id").GetString()).Distinct().Count());
        List<int> steps =
        [
            .. now.Where(e => e.GetProperty("type").GetString() == "metrics")
                .Select(e => e.GetProperty("data").GetProperty("step").GetInt32()),
        ];
        Assert.Equal(Enumerable.Range(1, steps.Count), steps);
        known.Events = texts;
    }

    /// <summary>Everything, after a restart. Unanswered requests that were carried out all the same enter the
    /// ledger.</summary>
    public static async Task AllAsync(Ledger ledger, Api api, IReadOnlyDictionary<JobShape, ReferenceRun> references)
    {
        Dictionary<string, JsonElement> files = await FilesAsync(ledger, api);
        await ContentsAsync(ledger, api);
        List<JsonElement> jobs = await ListAsync(api, "fine_tuning/jobs?limit=100");
        Assert.Equal(jobs.Count, jobs.Select(IdOf).Distinct().Count());
        Adopt(ledger, jobs);
        var byId = jobs.ToDictionary(IdOf);
        HashSet<string> results = [];
        foreach (KnownJob job in ledger.Jobs.Values)
        {
            Assert.True(byId.TryGetValue(job.Id, out JsonElement now), $"The job {job.Id} is lost.");
            Job(job, now);
            results.UnionWith(now.GetProperty("result_files").EnumerateArray().Select(id => id.GetString()!));
            if (!job.IsChecked)
            {
                await NumbersAsync(job, now, api, references[job.Shape]);
            }
        }

        // Jobs end while this looks: a result file is known no sooner and no later than its job's end.
        Assert.Subset(results, ResultFiles(files));
        Assert.Superset(results, ResultFiles(await FilesAsync(ledger, api)));
        await ModelsAsync(ledger, api);
        await PermissionsAsync(ledger, api);
    }

    /// <summary>When all has come to its end, the folder holds what is known and nothing else.</summary>
    public static async Task FolderAsync(Ledger ledger, Api api, string folder)
    {
        List<JsonElement> files = await ListAsync(api, "files?limit=10000");
        Assert.Equal(
            files.Select(IdOf).Order(),
            Directory.GetFiles(Path.Combine(folder, "files")).Select(path => Path.GetFileName(path)).Order()
        );
        HashSet<string> models = await ModelNamesAsync(api);
        List<string> kept = [];
        foreach (KnownJob job in ledger.Jobs.Values)
        {
            // A cancelled job keeps the checkpoints that it came to.
            List<JsonElement> checkpoints = await ListAsync(api, $"fine_tuning/jobs/{job.Id}/checkpoints?limit=100");
            if (
                checkpoints.Any(checkpoint =>
                    models.Contains(checkpoint.GetProperty("fine_tuned_model_checkpoint").GetString()!)
                )
            )
            {
                kept.Add(job.Id);
            }
        }

        await Until.TrueAsync(
            "nothing but models is left",
            () => Directory.GetDirectories(Path.Combine(folder, "jobs")).Length <= kept.Count
        );
        Assert.Equal(
            kept.Order(),
            Directory.GetDirectories(Path.Combine(folder, "jobs")).Select(path => Path.GetFileName(path)).Order()
        );
    }

    private static HashSet<string> ResultFiles(Dictionary<string, JsonElement> files) =>
        [
            .. files
                .Where(file => file.Value.GetProperty("purpose").GetString() == "fine-tune-results")
                .Select(file => file.Key),
        ];

    private static string IdOf(JsonElement item) => item.GetProperty("id").GetString()!;

    private static async Task<List<JsonElement>> ListAsync(Api api, string path)
    {
        List<JsonElement> items = [];
        while (true)
        {
            JsonElement page = await api.GetAsync(items.Count == 0 ? path : $"{path}&after={IdOf(items[^1])}");
            items.AddRange(page.GetProperty("data").EnumerateArray());
            if (!page.GetProperty("has_more").GetBoolean())
            {
                return items;
            }
        }
    }

    private static async Task<Dictionary<string, JsonElement>> FilesAsync(Ledger ledger, Api api)
    {
        var listed = (await ListAsync(api, "files?limit=10000")).ToDictionary(IdOf);
        foreach ((string id, JsonElement file) in listed)
        {
            if (!ledger.Files.ContainsKey(id) && file.GetProperty("purpose").GetString() != "fine-tune-results")
            {
                Assert.True(
                    ledger.Sent.TryGetValue(file.GetProperty("filename").GetString()!, out SentContent? sent),
                    "Nobody sent " + file
                );
                ledger.Files[id] = new KnownFile(file.GetRawText(), sent);
            }
        }

        foreach ((string id, KnownFile known) in ledger.Files)
        {
            bool isThere = listed.TryGetValue(id, out JsonElement now);
            Assert.True(
                known.Presence == Presence.Unknown || isThere == (known.Presence == Presence.Present),
                $"File {id}: {known.Presence}"
            );
            known.Presence = isThere ? Presence.Present : Presence.Deleted;
            if (isThere)
            {
                Assert.Equal(known.Json, now.GetRawText());
            }
        }

        return listed;
    }

    private static async Task ContentsAsync(Ledger ledger, Api api)
    {
        foreach ((string id, KnownFile known) in ledger.Files.Where(file => file.Value.Presence == Presence.Present))
        {
            byte[] content = await api.Http.GetByteArrayAsync($"files/{id}/content");
            Assert.True(known.Content.IsSame(content), $"The content of {id} is not what was sent.");
        }
    }

    private static void Adopt(Ledger ledger, List<JsonElement> jobs)
    {
        foreach (JsonElement job in jobs.Where(job => !ledger.Jobs.ContainsKey(IdOf(job))))
        {
            string mark = job.GetProperty("metadata").GetProperty("mark").GetString()!;
            Assert.True(
                ledger.Unanswered.TryRemove(mark, out (SoakWorker Worker, JobShape Shape) asked),
                "Nobody asked for " + job
            );
            ledger.Jobs[IdOf(job)] = new KnownJob(IdOf(job), asked.Shape, asked.Worker, job);
        }
    }

    /// <summary>What a job has shown so far is what an undisturbed run shows.</summary>
    private static async Task NumbersAsync(KnownJob job, JsonElement now, Api api, ReferenceRun reference)
    {
        List<JsonElement> events = await api.EventsAsync(job.Id);
        events.Reverse();
        Events(job, events);
        List<string> steps = ReferenceRun.StepsOf(events);
        Assert.Equal(reference.Steps.Take(steps.Count), steps);
        if (now.GetProperty("status").GetString() == "succeeded")
        {
            Assert.Equal(reference.Steps.Count, steps.Count);
            string result = now.GetProperty("result_files")[0].GetString()!;
            Assert.Equal(reference.ResultFile, await api.Http.GetStringAsync($"files/{result}/content"));
            List<JsonElement> checkpoints = await ListAsync(api, $"fine_tuning/jobs/{job.Id}/checkpoints?limit=100");
            Assert.Equal(Math.Min(3, job.Shape.Epochs), checkpoints.Count);
        }

        job.IsChecked = job.Final is not null;
    }

    private static async Task<HashSet<string>> ModelNamesAsync(Api api) =>
        [.. (await api.GetAsync("models")).GetProperty("data").EnumerateArray().Select(IdOf)];

    private static async Task ModelsAsync(Ledger ledger, Api api)
    {
        HashSet<string> names = await ModelNamesAsync(api);
        foreach (KnownJob job in ledger.Jobs.Values.Where(job => job.Final is not null))
        {
            if (ModelOf(job) is not { } model)
            {
                continue;
            }

            if (ledger.DeletedModels.TryGetValue(model, out bool acknowledged))
            {
                Assert.False(acknowledged && names.Contains(model), $"The model {model} was deleted.");
                ledger.DeletedModels[model] = !names.Contains(model);
                if (names.Contains(model))
                {
                    ledger.DeletedModels.TryRemove(model, out _);
                }
            }
            else
            {
                Assert.True(names.Contains(model), $"The model {model} is lost.");
            }
        }
    }

    private static async Task PermissionsAsync(Ledger ledger, Api api)
    {
        foreach (string model in ledger.Permissions.Keys.Select(key => key.Model).Distinct())
        {
            List<JsonElement> listed = await ListAsync(api, $"fine_tuning/checkpoints/{model}/permissions?limit=100");
            var byProject = listed.ToDictionary(
                item => item.GetProperty("project_id").GetString()!,
                item => item.GetRawText()
            );
            foreach (
                ((string Model, string Project) key, KnownPermission known) in ledger.Permissions.Where(pair =>
                    pair.Key.Model == model
                )
            )
            {
                string? now = byProject.GetValueOrDefault(key.Project);
                Assert.True(
                    known.Presence == Presence.Unknown || (known.Presence == Presence.Present) == (now is not null),
                    $"{key}: {known.Presence}"
                );
                Assert.True(known.Presence != Presence.Present || known.Json == now, $"{known.Json} has become {now}");
                (known.Presence, known.Json) = (now is null ? Presence.Deleted : Presence.Present, now);
            }
        }
    }
}
