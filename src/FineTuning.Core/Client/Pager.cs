using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using FineTuning.Core.Errors;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Client;

/// <summary>Turns pages into a stream of items that asks for a page only when its first item is wanted.</summary>
internal static class Pager
{
    public static async IAsyncEnumerable<T> EnumerateAsync<T>(
        Func<string?, CancellationToken, Task<ListResource<T>>> list,
        Func<T, string> id,
        bool looksAhead,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var cursors = new HashSet<string>(StringComparer.Ordinal);
        ListResource<T> page = await list(null, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            bool hasNext = page.HasMore && page.Data.Count > 0;
            string? next = hasNext ? id(page.Data[page.Data.Count - 1]) : null;
            if (next is not null && !cursors.Add(next))
            {
                // A server that ignores 'after', or goes in a circle, would be asked for ever. Seen before its items
                // are given again.
                throw Circle("page", next);
            }

            IReadOnlyList<T> items = page.Data;
            int held = looksAhead && hasNext ? 1 : 0;
            for (int i = 0; i < items.Count - held; i++)
            {
                yield return items[i];
            }

            if (!hasNext)
            {
                yield break;
            }

            ExceptionDispatchInfo? failure = null;
            try
            {
                page = await list(next, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (held > 0 && !cancellationToken.IsCancellationRequested)
            {
                // The item that was held back is still to be given.
                failure = ExceptionDispatchInfo.Capture(e);
            }

            if (held > 0)
            {
                yield return items[items.Count - 1];
            }

            failure?.Throw();
        }
    }

    /// <summary>The error of a list that would never end. The next time it would be the same, so nothing waits for it
    /// to pass.</summary>
    /// <param name="page">What it sends, such as "page".</param>
    /// <param name="cursor">The item behind which it was asked for.</param>
    public static FineTuningApiException Circle(string page, string cursor) =>
        new(ApiErrorKind.InvalidResponse, $"The server sends the {page} behind '{cursor}' again and again.")
        {
            IsLasting = true,
            IsRead = true,
        };
}
