using FineTuning.Core.Client;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Tests.Client;

/// <summary>Each operation: a call of it, what that must send, and how an answer must be understood.</summary>
internal static class OperationTable
{
    private const string Grader = """{"type":"string_check","name":"g"}""";

    public static IReadOnlyDictionary<string, Operation> All { get; } =
        new Dictionary<string, Operation>
        {
            ["create job"] = new(
                "POST",
                "/v1/fine_tuning/jobs",
                """{"model":"m","training_file":"file-1"}""",
                Testing.Job("ftjob-9"),
                async c => (await c.CreateJobAsync(new JobCreateRequest { Model = "m", TrainingFile = "file-1" })).Id,
                "ftjob-9"
            ),
            ["list jobs"] = new(
                "GET",
                "/v1/fine_tuning/jobs?limit=100",
                null,
                Testing.List([Testing.Job("a"), Testing.Job("b")], more: true),
                async c => Show(await c.ListJobsAsync(), j => j.Id),
                "a b more"
            ),
            ["list jobs, page"] = new(
                "GET",
                "/v1/fine_tuning/jobs?after=ftjob-1&limit=5",
                null,
                Testing.List([]),
                async c => Show(await c.ListJobsAsync(new JobQuery { After = "ftjob-1", Limit = 5 }), j => j.Id),
                ""
            ),
            ["list jobs, default page"] = new(
                "GET",
                "/v1/fine_tuning/jobs",
                null,
                Testing.List([]),
                async c => Show(await c.ListJobsAsync(new JobQuery { Limit = null }), j => j.Id),
                ""
            ),
            ["list jobs, metadata"] = new(
                "GET",
                "/v1/fine_tuning/jobs?limit=100&metadata%5Ba%20key%5D=x%26y%3Dz%2B&metadata%5Bb%5D=%C3%BC",
                null,
                Testing.List([]),
                async c =>
                    Show(
                        await c.ListJobsAsync(
                            new JobQuery
                            {
                                Metadata = new Dictionary<string, string> { ["a key"] = "x&y=z+", ["b"] = "ü" },
                            }
                        ),
                        j => j.Id
                    ),
                ""
            ),
            ["list jobs, no metadata"] = new(
                "GET",
                "/v1/fine_tuning/jobs?limit=100&metadata=null",
                null,
                Testing.List([]),
                async c => Show(await c.ListJobsAsync(new JobQuery { NoMetadata = true }), j => j.Id),
                ""
            ),
            ["get job"] = new(
                "GET",
                "/v1/fine_tuning/jobs/ftjob-1",
                null,
                Testing.Job(status: "queued"),
                async c => (await c.GetJobAsync("ftjob-1")).Status.Value,
                "queued"
            ),
            ["cancel job"] = new(
                "POST",
                "/v1/fine_tuning/jobs/ftjob-1/cancel",
                "",
                Testing.Job(status: "cancelled"),
                async c => (await c.CancelJobAsync("ftjob-1")).Status.Value,
                "cancelled"
            ),
            ["pause job"] = new(
                "POST",
                "/v1/fine_tuning/jobs/ftjob-1/pause",
                "",
                Testing.Job(status: "pausing"),
                async c => (await c.PauseJobAsync("ftjob-1")).Status.Value,
                "pausing"
            ),
            ["resume job"] = new(
                "POST",
                "/v1/fine_tuning/jobs/ftjob-1/resume",
                "",
                Testing.Job(status: "resuming"),
                async c => (await c.ResumeJobAsync("ftjob-1")).Status.Value,
                "resuming"
            ),
            ["list events"] = new(
                "GET",
                "/v1/fine_tuning/jobs/ftjob-1/events?limit=100",
                null,
                Testing.List([Testing.Event("e2"), Testing.Event("e1")]),
                async c => Show(await c.ListEventsAsync("ftjob-1"), e => e.Id),
                "e2 e1"
            ),
            ["list events, page"] = new(
                "GET",
                "/v1/fine_tuning/jobs/ftjob-1/events?after=e9&limit=2",
                null,
                Testing.List([Testing.Event("e8")]),
                async c =>
                    Show(await c.ListEventsAsync("ftjob-1", new PageQuery { After = "e9", Limit = 2 }), e => e.Id),
                "e8"
            ),
            ["enumerate events"] = new(
                "GET",
                "/v1/fine_tuning/jobs/ftjob-1/events?after=e9&limit=100",
                null,
                Testing.List([Testing.Event("e8")]),
                async c =>
                    string.Join(
                        " ",
                        (await c.EnumerateEventsAsync("ftjob-1", new PageQuery { After = "e9" }).ToListAsync()).Select(
                            e => e.Id
                        )
                    ),
                "e8"
            ),
            ["list checkpoints"] = new(
                "GET",
                "/v1/fine_tuning/jobs/ftjob-1/checkpoints?limit=100",
                null,
                """{"data":[{"id":"ftckpt_1","step_number":7}]}""",
                async c => Show(await c.ListCheckpointsAsync("ftjob-1"), p => p.Id + "@" + p.StepNumber),
                "ftckpt_1@7"
            ),
            ["enumerate checkpoints"] = new(
                "GET",
                "/v1/fine_tuning/jobs/ftjob-1/checkpoints?limit=3",
                null,
                """{"data":[{"id":"ftckpt_1","step_number":7}]}""",
                async c =>
                    string.Join(
                        " ",
                        (
                            await c.EnumerateCheckpointsAsync("ftjob-1", new PageQuery { Limit = 3 }).ToListAsync()
                        ).Select(p => p.Id)
                    ),
                "ftckpt_1"
            ),
            ["create permissions"] = new(
                "POST",
                "/v1/fine_tuning/checkpoints/ft%3Am%3Ao%3A%3A1%3Ackpt-step-9/permissions",
                """{"project_ids":["proj_1","proj_2"]}""",
                """{"object":"list","data":[{"id":"cp_1","project_id":"proj_1"},{"id":"cp_2","project_id":"proj_2"}],"has_more":false}""",
                async c =>
                    Show(await c.CreatePermissionsAsync("ft:m:o::1:ckpt-step-9", ["proj_1", "proj_2"]), p => p.Id),
                "cp_1 cp_2"
            ),
            ["list permissions"] = new(
                "GET",
                "/v1/fine_tuning/checkpoints/c/permissions?limit=100",
                null,
                """{"data":[{"id":"cp_1","project_id":"p"}]}""",
                async c => Show(await c.ListPermissionsAsync("c"), p => p.ProjectId),
                "p"
            ),
            ["list permissions, filtered"] = new(
                "GET",
                "/v1/fine_tuning/checkpoints/c/permissions?after=cp_0&limit=9&project_id=p&order=ascending",
                null,
                Testing.List([]),
                async c =>
                    Show(
                        await c.ListPermissionsAsync(
                            "c",
                            new PermissionQuery
                            {
                                After = "cp_0",
                                Limit = 9,
                                ProjectId = "p",
                                Order = "ascending",
                            }
                        ),
                        p => p.Id
                    ),
                ""
            ),
            ["enumerate permissions"] = new(
                "GET",
                "/v1/fine_tuning/checkpoints/c/permissions?limit=100",
                null,
                """{"data":[{"id":"cp_1","project_id":"p"}]}""",
                async c => string.Join(" ", (await c.EnumeratePermissionsAsync("c").ToListAsync()).Select(p => p.Id)),
                "cp_1"
            ),
            ["delete permission"] = new(
                "DELETE",
                "/v1/fine_tuning/checkpoints/ft%3Ac/permissions/cp_1",
                "",
                """{"id":"cp_1","deleted":true}""",
                async c => Show(await c.DeletePermissionAsync("ft:c", "cp_1")),
                "cp_1 gone"
            ),
            ["create chat"] = new(
                "POST",
                "/v1/chat/completions",
                """{"model":"m","messages":[]}""",
                """{"id":"c1","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]}""",
                async c =>
                    (await c.CreateChatAsync(new ChatCreateRequest { Model = "m", Messages = Testing.Parse("[]") }))
                        .Choices[0]
                        .Message!
                        .Content!,
                "Hello"
            ),
            ["run grader"] = new(
                "POST",
                "/v1/fine_tuning/alpha/graders/run",
                "{\"grader\":" + Grader + ",\"model_sample\":\"s\",\"item\":{\"a\":1}}",
                """{"reward":0.75}""",
                async c =>
                    (
                        await c.RunGraderAsync(
                            new GraderRunRequest
                            {
                                Grader = Testing.Parse(Grader),
                                ModelSample = "s",
                                Item = Testing.Parse("""{"a":1}"""),
                            }
                        )
                    ).Reward == 0.75
                        ? "0.75"
                        : "other",
                "0.75"
            ),
            ["validate grader"] = new(
                "POST",
                "/v1/fine_tuning/alpha/graders/validate",
                "{\"grader\":" + Grader + "}",
                "{\"grader\":" + Grader + "}",
                async c =>
                    (await c.ValidateGraderAsync(Testing.Parse(Grader))).Grader!.Value.GetProperty("name").GetString()!,
                "g"
            ),
            ["list files"] = new(
                "GET",
                "/v1/files?limit=100",
                null,
                """{"data":[{"id":"file-1"}],"has_more":false}""",
                async c => Show(await c.ListFilesAsync(), f => f.Id),
                "file-1"
            ),
            ["list files, purpose"] = new(
                "GET",
                "/v1/files?after=file-0&limit=100&purpose=fine-tune",
                null,
                """{"data":[{"id":"file-1"}]}""",
                async c =>
                    Show(await c.ListFilesAsync(new FileQuery { After = "file-0", Purpose = "fine-tune" }), f => f.Id),
                "file-1"
            ),
            ["enumerate files"] = new(
                "GET",
                "/v1/files?limit=100&purpose=fine-tune",
                null,
                """{"data":[{"id":"file-1"}]}""",
                async c =>
                    string.Join(
                        " ",
                        (await c.EnumerateFilesAsync(new FileQuery { Purpose = "fine-tune" }).ToListAsync()).Select(f =>
                            f.Id
                        )
                    ),
                "file-1"
            ),
            ["get file"] = new(
                "GET",
                "/v1/files/file-1",
                null,
                """{"id":"file-1","filename":"a.jsonl","bytes":3}""",
                async c => (await c.GetFileAsync("file-1")).FileName,
                "a.jsonl"
            ),
            ["get file content"] = new(
                "GET",
                "/v1/files/file-1/content",
                null,
                "step,train_loss\n",
                async c =>
                {
                    using var target = new MemoryStream();
                    return await c.GetFileContentAsync("file-1", target) + " bytes";
                },
                "16 bytes"
            ),
            ["delete file"] = new(
                "DELETE",
                "/v1/files/file-1",
                "",
                """{"id":"file-1","object":"file","deleted":true}""",
                async c => Show(await c.DeleteFileAsync("file-1")),
                "file-1 gone"
            ),
            ["create upload"] = new(
                "POST",
                "/v1/uploads",
                """{"filename":"a.jsonl","purpose":"fine-tune","bytes":9,"mime_type":"text/jsonl"}""",
                """{"id":"upload_1","status":"pending","bytes":9}""",
                async c =>
                    (
                        await c.CreateUploadAsync(
                            new UploadCreateRequest
                            {
                                FileName = "a.jsonl",
                                Purpose = "fine-tune",
                                Bytes = 9,
                                MimeType = "text/jsonl",
                            }
                        )
                    ).Status,
                "pending"
            ),
            ["complete upload"] = new(
                "POST",
                "/v1/uploads/upload_1/complete",
                """{"part_ids":["part_2","part_1"],"md5":"0f"}""",
                """{"id":"upload_1","status":"completed","file":{"id":"file-1"}}""",
                async c => (await c.CompleteUploadAsync("upload_1", ["part_2", "part_1"], "0f")).File!.Id,
                "file-1"
            ),
            ["complete upload, no md5"] = new(
                "POST",
                "/v1/uploads/upload_1/complete",
                """{"part_ids":["part_1"]}""",
                """{"id":"upload_1","status":"completed"}""",
                async c => (await c.CompleteUploadAsync("upload_1", ["part_1"])).Status,
                "completed"
            ),
            ["cancel upload"] = new(
                "POST",
                "/v1/uploads/upload_1/cancel",
                "",
                """{"id":"upload_1","status":"cancelled"}""",
                async c => (await c.CancelUploadAsync("upload_1")).Status,
                "cancelled"
            ),
            ["list models"] = new(
                "GET",
                "/v1/models",
                null,
                """{"object":"list","data":[{"id":"m","owned_by":"o"}]}""",
                async c => Show(await c.ListModelsAsync(), m => m.Id + " " + m.OwnedBy),
                "m o"
            ),
            ["get model"] = new(
                "GET",
                "/v1/models/ft%3Am%3Ao%3As%3A1",
                null,
                """{"id":"ft:m:o:s:1"}""",
                async c => (await c.GetModelAsync("ft:m:o:s:1")).Id,
                "ft:m:o:s:1"
            ),
            ["delete model"] = new(
                "DELETE",
                "/v1/models/ft%3Am%3Ao%3As%3A1",
                "",
                """{"id":"ft:m:o:s:1","deleted":true}""",
                async c => Show(await c.DeleteModelAsync("ft:m:o:s:1")),
                "ft:m:o:s:1 gone"
            ),
        };

    private static string Show<T>(ListResource<T> list, Func<T, string> show) =>
        string.Join(" ", list.Data.Select(show).Concat(list.HasMore ? ["more"] : Array.Empty<string>()));

    private static string Show(DeletedResource deleted) => deleted.Id + (deleted.Deleted ? " gone" : " kept");
}

/// <summary>One operation of the table.</summary>
/// <param name="Body">Null for none, empty for a POST of nothing.</param>
internal sealed record Operation(
    string Method,
    string Target,
    string? Body,
    string Answer,
    Func<FineTuningClient, Task<string>> Call,
    string Expected
);
