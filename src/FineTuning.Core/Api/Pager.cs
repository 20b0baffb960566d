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
        while (true)
        {
            ListResource<T> page = await list(after, cancellationToken).ConfigureAwait(false);
            foreach (T item in page.Data)
            {
                yield return item;
            }

            if (!page.HasMore || page.Data.Count == 0)
            {
                yield break;
            }

            string last = id(page.Data[page.Data.Count - 1]);
            if (last == after)
            {
                // A server that ignores 'after' would be asked for ever.
                throw new FineTuningApiException(
                    ApiErrorKind.InvalidResponse, $"The server sends the page behind '{after}' again and again.");
            }

            after = last;
        }
    }
}
