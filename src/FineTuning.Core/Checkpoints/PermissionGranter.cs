using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Core.Api;
using FineTuning.Core.Models;

namespace FineTuning.Core.Checkpoints;

/// <summary>Grants projects the use of a checkpoint, once: a grant whose answer was lost is looked for and not sent again. Safe for use by many threads.</summary>
public sealed class PermissionGranter
{
    private readonly FineTuningClient _client;

    /// <summary>Makes a granter. Its client needs an admin key.</summary>
    public PermissionGranter(FineTuningClient client) => _client = client ?? throw new ArgumentNullException(nameof(client));

    /// <summary>How long a grant whose answer was lost is looked for.</summary>
    public TimeSpan LookupTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Grants.</summary>
    /// <param name="checkpoint">The checkpoint's model name.</param>
    /// <param name="projectIds">The projects; each counts once.</param>
    /// <param name="cancellationToken">Ends it; a grant that was sent may have worked.</param>
    /// <returns>A permission for each project.</returns>
    /// <exception cref="FineTuningApiException">
    /// The service refused. Or the answer was lost and not all permissions were found: then
    /// <see cref="FineTuningApiException.MayHaveWorked"/> is true.
    /// </exception>
    public async Task<IReadOnlyList<PermissionResource>> GrantAsync(
        string checkpoint, IReadOnlyList<string> projectIds, CancellationToken cancellationToken = default)
    {
        string[] projects = [.. (projectIds ?? throw new ArgumentNullException(nameof(projectIds))).Distinct(StringComparer.Ordinal)];
        try
        {
            return (await _client.CreatePermissionsAsync(checkpoint, projects, cancellationToken).ConfigureAwait(false)).Data;
        }
        catch (FineTuningApiException lost) when (lost.MayHaveWorked)
        {
            return await LostAnswer
                .FindAsync(_client.Options.Clock, LookupTime, look => LookForAsync(checkpoint, projects, look), cancellationToken)
                .ConfigureAwait(false)
                ?? throw lost.With($"{lost.Message} The permissions may have been granted, but were not all found. They were not asked for again.");
        }
    }

    private async Task<IReadOnlyList<PermissionResource>?> LookForAsync(string checkpoint, string[] projects, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, PermissionResource>(StringComparer.Ordinal);
        await foreach (PermissionResource permission in _client.EnumeratePermissionsAsync(checkpoint, null, cancellationToken).ConfigureAwait(false))
        {
            if (projects.Contains(permission.ProjectId, StringComparer.Ordinal))
            {
                found[permission.ProjectId] = permission;
            }
        }

        return found.Count == projects.Length ? [.. projects.Select(project => found[project])] : null;
    }
}
