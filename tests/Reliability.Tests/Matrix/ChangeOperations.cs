using System.Net;
using System.Text.Json;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Reliability.Tests.Matrix;

/// <summary>What changes something that is there already, or takes it away.</summary>
internal static class ChangeOperations
{
    public static IReadOnlyList<Operation> All { get; } =
    [
        Change("cancelling", "CancelJob", cell => cell.Client.CancelJobAsync(cell.Id), "cancelled"),
        Change("pausing", "PauseJob", cell => cell.Client.PauseJobAsync(cell.Id), "pausing", "paused"),
        Change(
            "resuming",
            "ResumeJob",
            cell => cell.Client.ResumeJobAsync(cell.Id),
            "resuming",
            "validating_files",
            "queued",
            "running"
        ) with
        {
            Prepare = PauseAsync,
        },
        Delete(
            "a file",
            "DeleteFile",
            async cell => cell.Id = await cell.Lane.Api.UploadAsync(name: cell.Name),
            cell => cell.Client.DeleteFileAsync(cell.Id)
        ) with
        {
            Count = cell => IsThereAsync(cell, $"files/{cell.Id}"),
        },
        Delete(
            "a model",
            "DeleteModel",
            async cell => cell.Id = (await cell.Lane.TrainAsync()).Model,
            cell => cell.Client.DeleteModelAsync(cell.Id)
        ) with
        {
            Count = cell => IsThereAsync(cell, $"models/{cell.Id}"),
        },
        Delete(
            "a permission",
            "DeletePermission",
            GrantAsync,
            cell => cell.Client.DeletePermissionAsync(cell.Lane.Model, cell.Id)
        ) with
        {
            Count = CountPermissionsAsync,
        },
    ];

    /// <summary>How many permissions there are of the project that has the cell's name.</summary>
    public static async Task<int> CountPermissionsAsync(Cell cell) =>
        (await cell.Lane.Api.GetAsync($"{Permissions(cell)}?project_id={cell.Name}&limit=100"))
            .GetProperty("data")
            .GetArrayLength();

    private static string Permissions(Cell cell) => $"fine_tuning/checkpoints/{cell.Lane.Model}/permissions";

    private static Operation Change(
        string name,
        string point,
        Func<Cell, Task<JobResource>> change,
        params string[] statuses
    ) =>
        new(Section.Changes, name, point)
        {
            Prepare = CreateJobAsync,
            Changes = true,
            Run = async cell => Assert.Contains((await change(cell)).Status.ToString(), statuses),
        };

    private static Operation Delete(
        string name,
        string point,
        Func<Cell, Task> prepare,
        Func<Cell, Task<DeletedResource>> delete
    ) =>
        new(Section.Deletes, name, point)
        {
            Prepare = prepare,
            Changes = true,
            Run = async cell =>
            {
                DeletedResource deleted = await delete(cell);
                Assert.Equal((cell.Id, true), (deleted.Id, deleted.Deleted));
            },
        };

    private static async Task CreateJobAsync(Cell cell)
    {
        cell.Id = await cell.Lane.CreateJobAsync();
        cell.CleanUp = () => CancelAsync(cell);
    }

    private static async Task PauseAsync(Cell cell)
    {
        await CreateJobAsync(cell);
        await cell.Lane.Api.PostAsync($"fine_tuning/jobs/{cell.Id}/pause");
        await cell.Lane.Api.UntilStatusAsync(cell.Id, "paused");
    }

    /// <summary>Ends the cell's job, so that the next one's can run.</summary>
    private static async Task CancelAsync(Cell cell)
    {
        await cell.Lane.Api.TryAsync(HttpMethod.Post, $"fine_tuning/jobs/{cell.Id}/cancel");
        Assert.Equal("cancelled", await cell.Lane.Api.StatusAsync(cell.Id));
    }

    private static async Task GrantAsync(Cell cell)
    {
        JsonElement granted = await cell.Lane.Api.PostAsync(
            Permissions(cell),
            $$"""{"project_ids":["{{cell.Name}}"]}"""
        );
        cell.Id = granted.GetProperty("data").EnumerateArray().Single().GetProperty("id").GetString()!;
    }

    private static async Task<int> IsThereAsync(Cell cell, string path) =>
        (await cell.Lane.Api.TryAsync(HttpMethod.Get, path)).Status == HttpStatusCode.OK ? 1 : 0;
}
