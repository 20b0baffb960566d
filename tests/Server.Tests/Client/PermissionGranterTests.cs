using FineTuning.Core.Checkpoints;
using FineTuning.Core.Errors;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Server.Tests.Client;

/// <summary>A grant whose answer was lost is looked for and not sent again.</summary>
public sealed class PermissionGranterTests : IAsyncLifetime
{
    private ClientWorld _world = null!;
    private string _model = string.Empty;

    public async Task InitializeAsync()
    {
        _world = await ClientWorld.StartAsync();
        _model = await _world.Server.Api.CreateModelAsync();
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("drop")]
    [InlineData("status=503,retry_after=1")]
    [InlineData("truncate_after=20")]
    public async Task Each_project_is_granted_once(string fault)
    {
        if (fault.Length > 0)
        {
            await _world.FaultAsync($"CreatePermissions:after_work,{fault}");
        }

        IReadOnlyList<PermissionResource> granted = await GrantAsync("proj_b", "proj_a", "proj_b");
        Assert.Equal(["proj_b", "proj_a"], granted.Select(permission => permission.ProjectId));
        Assert.Equal(1, await _world.CountAsync("CreatePermissions"));
        Assert.Equal(2, (await _world.Client.ListPermissionsAsync(_model)).Data.Count);
    }

    [Fact]
    public async Task A_grant_that_was_not_made_is_looked_for_a_while_and_then_told_of()
    {
        await GrantAsync("proj_a");
        await _world.FaultAsync("CreatePermissions:drop");
        FineTuningApiException error = await Assert.ThrowsAsync<FineTuningApiException>(() =>
            GrantAsync("proj_a", "proj_b")
        );
        Assert.True(error.MayHaveWorked);
        Assert.Contains("may have been granted", error.Message);
        Assert.Equal(2, await _world.CountAsync("CreatePermissions"));
        Assert.InRange(_world.Clock.Elapsed, TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(120));
    }

    [Fact]
    public async Task A_refused_grant_is_one_error_at_once()
    {
        FineTuningApiException error = await Assert.ThrowsAsync<FineTuningApiException>(() =>
            new PermissionGranter(_world.Client).GrantAsync("ft:nothing", ["proj_a"]).ToListAsync().AsTask()
        );
        Assert.False(error.MayHaveWorked);
        Assert.Equal(TimeSpan.Zero, _world.Clock.Elapsed);
    }

    private async Task<IReadOnlyList<PermissionResource>> GrantAsync(params string[] projects) =>
        await new PermissionGranter(_world.Client).GrantAsync(_model, projects).ToListAsync();
}
