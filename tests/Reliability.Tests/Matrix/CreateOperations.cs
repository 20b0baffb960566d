using System.Globalization;
using FineTuning.Core.Checkpoints;
using FineTuning.Core.Jobs;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Reliability.Tests.Matrix;

/// <summary>What must not happen twice.</summary>
internal static class CreateOperations
{
    private const int MetadataPairs = 16;

    public static IReadOnlyList<Operation> All { get; } =
    [
        Create("without a key", "CreateJob", cell => CreateAsync(cell, null)),
        Create("with -IdempotencyKey", "CreateJob", cell => CreateAsync(cell, cell.Name)),
        Create("with -IdempotencyKey, at the look for the key", "ListJobs", cell => CreateAsync(cell, cell.Name)) with
        {
            Changes = false,
            PollResult = null,
        },
        Create("while the jobs cannot be listed either", "CreateJob", cell => CreateAsync(cell, null)) with
        {
            Also = "ListJobs:status=503",
            MayEndOpen = true,
        },
        Create(
            "with metadata that is full",
            "CreateJob",
            cell =>
                CreateAsync(
                    cell,
                    null,
                    Enumerable
                        .Range(0, MetadataPairs)
                        .ToDictionary(i => i.ToString(CultureInfo.InvariantCulture), _ => "x")
                )
        ) with
        {
            MayEndOpen = true,
        },
        new(Section.Grants, "a checkpoint to a project", "CreatePermissions")
        {
            Changes = true,
            PollResult = "/permissions",
            Run = GrantAsync,
            Count = ChangeOperations.CountPermissionsAsync,
        },
    ];

    private static Operation Create(string name, string point, Func<Cell, Task> run) =>
        new(Section.Creates, name, point)
        {
            Prepare = cell =>
            {
                cell.CleanUp = () => CancelAllAsync(cell);
                return Task.CompletedTask;
            },
            Run = run,
            Changes = true,
            PollResult = JobMetadata.TokenName,
            Count = async cell => (await JobsAsync(cell)).Count,
        };

    private static async Task CreateAsync(Cell cell, string? key, Dictionary<string, string>? metadata = null)
    {
        JobCreation creation = await new JobCreator(cell.Client).CreateAsync(
            new JobCreateRequest
            {
                Model = "gpt-4o-mini",
                TrainingFile = cell.Lane.File,
                Suffix = cell.Name,
                Metadata = metadata,
            },
            key
        );
        Assert.Equal((await JobsAsync(cell)).Single(), creation.Job.Id);
    }

    private static async Task GrantAsync(Cell cell)
    {
        List<PermissionResource> granted = await new PermissionGranter(cell.Client)
            .GrantAsync(cell.Lane.Model, [cell.Name])
            .ToListAsync();
        Assert.Equal(cell.Name, Assert.Single(granted).ProjectId);
    }

    /// <summary>The jobs that the cell has made. Behind the server's back, so that the request log has the client's
    /// requests alone.</summary>
    private static Task<List<string>> JobsAsync(Cell cell)
    {
        string? ids =
            cell.Lane.Server.Sql(
                $"SELECT group_concat(id) FROM jobs WHERE suffix = '{cell.Name}' AND status <> 'cancelled'"
            ) as string;
        return Task.FromResult<List<string>>([
            .. (ids ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries),
        ]);
    }

    private static async Task CancelAllAsync(Cell cell)
    {
        foreach (string id in await JobsAsync(cell))
        {
            await cell.Lane.Api.SendAsync(HttpMethod.Post, $"fine_tuning/jobs/{id}/cancel");
        }
    }
}
