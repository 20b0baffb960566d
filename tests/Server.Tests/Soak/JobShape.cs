using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Server.Tests.Support;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;

namespace FineTuning.Server.Tests.Soak;

/// <summary>A kind of job: data, numbers and seed. Two jobs of one shape have the same losses to the last
/// bit.</summary>
internal sealed record JobShape(int Lines, int BatchSize, int Epochs, int Seed)
{
    /// <summary>From shorter than the time between two kills to longer than it.</summary>
    public static IReadOnlyList<JobShape> All { get; } =
        SoakScale.IsLong
            ? [new(300, 8, 3, 11), new(1200, 8, 4, 12), new(2500, 16, 6, 13)]
            : [new(150, 8, 2, 11), new(500, 8, 3, 12)];

    public byte[] Data { get; } = Encoding.UTF8.GetBytes(Api.ChatLines(Lines));

    public JsonObject Request(string trainingFile, string mark) =>
        new()
        {
            ["model"] = "gpt-4o-mini",
            ["training_file"] = trainingFile,
            ["seed"] = Seed,
            ["metadata"] = new JsonObject { ["mark"] = mark },
            ["method"] = new JsonObject
            {
                ["type"] = "supervised",
                ["supervised"] = new JsonObject
                {
                    ["hyperparameters"] = new JsonObject
                    {
                        ["n_epochs"] = Epochs,
                        ["batch_size"] = BatchSize,
                        ["learning_rate_multiplier"] = 1,
                    },
                },
            },
        };
}

/// <summary>The numbers of an undisturbed run.</summary>
/// <param name="Steps">The data of the metrics events, in order.</param>
/// <param name="ResultFile">The content of the result file.</param>
internal sealed record ReferenceRun(IReadOnlyList<string> Steps, string ResultFile)
{
    /// <summary>Trains every shape on a server that nobody disturbs.</summary>
    public static async Task<Dictionary<JobShape, ReferenceRun>> AllAsync()
    {
        Dictionary<JobShape, ReferenceRun> runs = [];
        await using ServerProcess server = await ServerProcess.StartAsync("--memory");
        foreach (JobShape shape in JobShape.All)
        {
            string file = await server.Api.UploadAsync(Encoding.UTF8.GetString(shape.Data));
            string id = await server.Api.CreateJobAsync(shape.Request(file, "reference"));
            JsonElement job = await server.Api.UntilStatusAsync(id, "succeeded");
            List<string> steps = StepsOf((await server.Api.EventsAsync(id)).AsEnumerable().Reverse());
            string result = await server.Api.Http.GetStringAsync(
                $"files/{job.GetProperty("result_files")[0].GetString()}/content"
            );
            runs.Add(shape, new ReferenceRun(steps, result));
        }

        return runs;
    }

    /// <summary>The data of the metrics among these events.</summary>
    public static List<string> StepsOf(IEnumerable<JsonElement> events) =>
        [
            .. events
                .Where(e => e.GetProperty("type").GetString() == "metrics")
                .Select(e => e.GetProperty("data").GetRawText()),
        ];
}
