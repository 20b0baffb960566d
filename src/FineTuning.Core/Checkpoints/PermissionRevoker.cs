using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Checkpoints;

/// <summary>Takes back the permissions that a project has. Safe for use by many threads.</summary>
public sealed class PermissionRevoker
{
    private readonly FineTuningClient _client;

    /// <summary>Makes a revoker. Its client needs an admin key.</summary>
    public PermissionRevoker(FineTuningClient client) =>
        _client = client ?? throw new ArgumentNullException(nameof(client));

    /// <summary>Takes back all permissions of a project for a checkpoint.</summary>
    /// <param name="checkpoint">The checkpoint's model name.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="cancellationToken">Ends it; some may be taken back by then.</param>
    /// <returns>How many there were.</returns>
    /// <exception cref="FineTuningApiException">The service refused.</exception>
    public async Task<int> RevokeAsync(
        string checkpoint,
        string projectId,
        CancellationToken cancellationToken = default
    )
    {
        // All are listed before the first is deleted: a page is asked for by the last item of the one before it.
        List<PermissionResource> found = [];
        await foreach (
            PermissionResource permission in _client
                .EnumeratePermissionsAsync(checkpoint, new PermissionQuery { ProjectId = projectId }, cancellationToken)
                .ConfigureAwait(false)
        )
        {
            // Some services take no notice of the filter.
            if (permission.ProjectId == projectId)
            {
                found.Add(permission);
            }
        }

        if (found.Exists(permission => !ResourceId.IsOne(permission.Id)))
        {
            throw new FineTuningApiException(
                ApiErrorKind.InvalidResponse,
                $"The service lists a permission of {projectId} for '{checkpoint}' without an id, so it "
                    + $"cannot be taken back. Nothing was."
            )
            {
                IsLasting = true,
                IsRead = true,
            };
        }

        foreach (PermissionResource permission in found)
        {
            await _client.DeletePermissionAsync(checkpoint, permission.Id, cancellationToken).ConfigureAwait(false);
        }

        return found.Count;
    }
}
