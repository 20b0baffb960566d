using System.Runtime.CompilerServices;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Checkpoints;

/// <summary>Grants projects the use of a checkpoint, once: a grant whose answer was lost is looked for and not sent
/// again. Safe for use by many threads.</summary>
public sealed class PermissionGranter
{
    /// <summary>Projects in a request; no service is known to say how many it takes.</summary>
    private const int MaxProjects = 100;

    private readonly FineTuningClient _client;

    /// <summary>Makes a granter. Its client needs an admin key.</summary>
    public PermissionGranter(FineTuningClient client) =>
        _client = client ?? throw new ArgumentNullException(nameof(client));

    /// <summary>How long a grant whose answer was lost is looked for.</summary>
    public TimeSpan LookupTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Grants. A right that a project has already is none to be granted, and no error.</summary>
    /// <param name="checkpoint">The checkpoint's model name.</param>
    /// <param name="projectIds">The projects; each counts once.</param>
    /// <param name="cancellationToken">Ends it; a grant that was sent may have worked.</param>
    /// <returns>A permission for each project, in their order. They come by the request, 100 projects each: those of
    /// the first are there also if the second fails.</returns>
    /// <exception cref="FineTuningApiException"> The service refused. Or the answer was lost and not all permissions
    /// were found: then
    /// <see cref="FineTuningApiException.MayHaveWorked"/> is true.
    /// </exception>
    public IAsyncEnumerable<PermissionResource> GrantAsync(
        string checkpoint,
        IReadOnlyList<string> projectIds,
        CancellationToken cancellationToken = default
    ) =>
        GrantPartsAsync(
            checkpoint,
            [.. (projectIds ?? throw new ArgumentNullException(nameof(projectIds))).Distinct(StringComparer.Ordinal)],
            cancellationToken
        );

    private async IAsyncEnumerable<PermissionResource> GrantPartsAsync(
        string checkpoint,
        string[] projects,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (string[] part in Parts(projects))
        {
            var granted = new Dictionary<string, PermissionResource>(StringComparer.Ordinal);
            Keep(await GrantOnceAsync(checkpoint, part, cancellationToken).ConfigureAwait(false), part, granted);
            if (granted.Count < part.Length)
            {
                // Some services answer with the new permissions only.
                Keep(await ListAsync(checkpoint, cancellationToken).ConfigureAwait(false), part, granted);
            }

            foreach (string project in part.Where(granted.ContainsKey))
            {
                yield return granted[project];
            }

            string[] missing = [.. part.Where(project => !granted.ContainsKey(project))];
            if (missing.Length > 0)
            {
                throw new FineTuningApiException(
                    ApiErrorKind.InvalidResponse,
                    $"The service took the grant, but shows no permission of {string.Join(", ", missing)} for "
                        + $"'{checkpoint}'."
                );
            }
        }
    }

    private static IEnumerable<string[]> Parts(string[] projects)
    {
        for (int start = 0; start < projects.Length; start += MaxProjects)
        {
            yield return [.. projects.Skip(start).Take(MaxProjects)];
        }
    }

    private static void Keep(
        IEnumerable<PermissionResource> found,
        string[] projects,
        Dictionary<string, PermissionResource> granted
    )
    {
        foreach (PermissionResource permission in found)
        {
            if (projects.Contains(permission.ProjectId, StringComparer.Ordinal))
            {
                granted[permission.ProjectId] = permission;
            }
        }
    }

    private async Task<IReadOnlyList<PermissionResource>> GrantOnceAsync(
        string checkpoint,
        string[] projects,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await SendAsync(checkpoint, projects, cancellationToken).ConfigureAwait(false);
        }
        catch (FineTuningApiException e) when (e.Kind is ApiErrorKind.InvalidRequest or ApiErrorKind.Conflict)
        {
            // Some services refuse the whole request if a part of it is granted already.
            var there = new Dictionary<string, PermissionResource>(StringComparer.Ordinal);
            Keep(await TryListAsync(checkpoint, cancellationToken).ConfigureAwait(false), projects, there);
            string[] rest = [.. projects.Where(project => !there.ContainsKey(project))];
            if (there.Count == 0)
            {
                throw;
            }

            return rest.Length == 0
                ? [.. there.Values]
                : [.. there.Values, .. await SendAsync(checkpoint, rest, cancellationToken).ConfigureAwait(false)];
        }
    }

    private async Task<IReadOnlyList<PermissionResource>> SendAsync(
        string checkpoint,
        string[] projects,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return (
                await _client.CreatePermissionsAsync(checkpoint, projects, cancellationToken).ConfigureAwait(false)
            ).Data;
        }
        catch (FineTuningApiException lost) when (lost.MayHaveWorked)
        {
            return await CreationRecovery
                    .FindAsync(
                        _client.Options.Clock,
                        lost.IsSpoken ? TimeSpan.Zero : LookupTime,
                        look => LookForAsync(checkpoint, projects, look),
                        cancellationToken
                    )
                    .ConfigureAwait(false)
                ?? throw lost.With(
                    $"{lost.Message} The permissions may have been granted, but were not all found. They were not "
                        + $"asked for again."
                );
        }
    }

    private async Task<IReadOnlyList<PermissionResource>?> LookForAsync(
        string checkpoint,
        string[] projects,
        CancellationToken cancellationToken
    )
    {
        var found = new Dictionary<string, PermissionResource>(StringComparer.Ordinal);
        Keep(await ListAsync(checkpoint, cancellationToken).ConfigureAwait(false), projects, found);
        return found.Count == projects.Length ? [.. found.Values] : null;
    }

    private async Task<IReadOnlyList<PermissionResource>> ListAsync(
        string checkpoint,
        CancellationToken cancellationToken
    )
    {
        var all = new List<PermissionResource>();
        await foreach (
            PermissionResource permission in _client
                .EnumeratePermissionsAsync(checkpoint, null, cancellationToken)
                .ConfigureAwait(false)
        )
        {
            all.Add(permission);
        }

        return all;
    }

    /// <summary>Nothing if they cannot be listed: what led to the question says more than why the answer
    /// failed.</summary>
    private async Task<IReadOnlyList<PermissionResource>> TryListAsync(
        string checkpoint,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await ListAsync(checkpoint, cancellationToken).ConfigureAwait(false);
        }
        catch (FineTuningApiException)
        {
            return [];
        }
    }
}
