using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Core.Models;

namespace FineTuning.Core.Api;

/// <summary>Turns pages into a stream of items that asks for a page only when its first item is wanted.</summary>
internal static class Pager
{
    public static async IAsyncEnumerable<T> EnumerateAsync<T>(
        Func<string?, CancellationToken, Task<ListResource<T>>> list,
        Func<T, string> id,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        var cursors = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            ListResource<T> page = await list(after, cancellationToken).ConfigureAwait(false);
            bool hasNext = page.HasMore && page.Data.Count > 0;
            string? next = hasNext ? id(page.Data[page.Data.Count - 1]) : null;
            if (next is not null && !cursors.Add(next))
            {
                // A server that ignores 'after', or goes in a circle, would be asked for ever. Seen before its items are given again.
                throw Circle("page", next);
            }

            foreach (T item in page.Data)
            {
                yield return item;
            }

            if (!hasNext)
            {
                yield break;
            }

            after = next;
        }
    }

    /// <summary>The error of a list that would never end. The next time it would be the same, so nothing waits for it to pass.</summary>
    /// <param name="page">What it sends, such as "page".</param>
    /// <param name="cursor">The item behind which it was asked for.</param>
    public static FineTuningApiException Circle(string page, string cursor) => new(
        ApiErrorKind.InvalidResponse, $"The server sends the {page} behind '{cursor}' again and again.")
    {
        IsLasting = true,
        IsRead = true,
    };
}
