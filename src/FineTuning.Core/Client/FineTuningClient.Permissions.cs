using FineTuning.Core.Http;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Client;

/// <content>Permissions of checkpoints, which need an admin key.</content>
public sealed partial class FineTuningClient
{
    /// <summary>
    /// Grants projects the use of a checkpoint. Needs an admin key. Sent again only where the first was certainly not
    /// taken;
    /// <see cref="Checkpoints.PermissionGranter"/> also looks for a grant whose answer was lost.
    /// </summary>
    public Task<ListResource<PermissionResource>> CreatePermissionsAsync(
        string checkpoint,
        IReadOnlyList<string> projectIds,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            Post(
                $"fine_tuning/checkpoints/{Segment(checkpoint)}/permissions",
                new PermissionCreateRequest { ProjectIds = projectIds },
                RequestContext.Default.PermissionCreateRequest
            ) with
            {
                Repeatability = Repeatability.OnlyIfNotTaken,
                NeedsAdmin = true,
            },
            Answers.Permissions,
            cancellationToken
        );

    /// <summary>One page of a checkpoint's permissions. Needs an admin key.</summary>
    public Task<ListResource<PermissionResource>> ListPermissionsAsync(
        string checkpoint,
        PermissionQuery? query = null,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            Get(
                $"fine_tuning/checkpoints/{Segment(checkpoint)}/permissions{(query ?? new PermissionQuery()).ToQuery()}"
            ) with
            {
                NeedsAdmin = true,
            },
            Answers.Permissions,
            cancellationToken
        );

    /// <summary>All permissions of a checkpoint; asks for a page only when it is needed. Needs an admin key.</summary>
    public IAsyncEnumerable<PermissionResource> EnumeratePermissionsAsync(
        string checkpoint,
        PermissionQuery? query = null,
        CancellationToken cancellationToken = default
    )
    {
        PermissionQuery start = query ?? new PermissionQuery();
        return Pager.EnumerateAsync(
            (after, token) => ListPermissionsAsync(checkpoint, start with { After = after ?? start.After }, token),
            p => p.Id,
            start.LooksAhead,
            cancellationToken
        );
    }

    /// <summary>Takes a permission back. Needs an admin key.</summary>
    public Task<DeletedResource> DeletePermissionAsync(
        string checkpoint,
        string permissionId,
        CancellationToken cancellationToken = default
    ) =>
        DeleteAsync(
            Bodiless(
                HttpMethod.Delete,
                $"fine_tuning/checkpoints/{Segment(checkpoint)}/permissions/{Segment(permissionId)}"
            ) with
            {
                NeedsAdmin = true,
            },
            permissionId,
            () => HasPermissionAsync(checkpoint, permissionId, cancellationToken),
            cancellationToken
        );

    private Task<bool?> HasPermissionAsync(
        string checkpoint,
        string permissionId,
        CancellationToken cancellationToken
    ) =>
        IsThereAsync(
            Get($"fine_tuning/checkpoints/{Segment(checkpoint)}/permissions{new PermissionQuery().ToQuery()}") with
            {
                NeedsAdmin = true,
            },
            Answers.Permissions,
            page =>
                page.Data.Any(permission => permission.Id == permissionId) ? true
                : page.HasMore ? null
                : false,
            cancellationToken
        );
}
