using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Core.Api;

namespace FineTuning.Common;

/// <summary>A cmdlet that asks a service. It finds the connection, and turns failures into error records.</summary>
public abstract class ApiCmdlet : AsyncCmdlet
{
    private FineTuningClient? _client;

    /// <summary>The connection to use. Without it, the session's; without that, one is made of the vault or the environment.</summary>
    [Parameter]
    [ValidateNotNull]
    public FineTuningConnection? Connection { get; set; }

    /// <summary>The client of the connection. Making it can ask a vault, so it is not touched before the first request, nor for -WhatIf.</summary>
    protected FineTuningClient Client
    {
        get
        {
            if (_client is null)
            {
                Connection ??= ConnectionResolver.Resolve(this);
                if (Connection.IsClosed)
                {
                    ThrowTerminatingError(ErrorRecords.Invalid(
                        "ConnectionClosed", $"The connection to {Connection.Endpoint} was closed by Disconnect-FineTuning or Stop-FineTuningServer.",
                        "Connect again with Connect-FineTuning.", Connection, ErrorCategory.ConnectionError));
                }

                _client = Connection.Client.WithObserver(new PipelineObserver(this));
            }

            return _client;
        }
    }

    /// <summary>Does one item's work; a failure of the service becomes an error record and the pipeline goes on.</summary>
    /// <param name="noun">What is worked on, such as Job: the start of the error id when it is not found.</param>
    /// <param name="target">The id or object at hand.</param>
    /// <param name="work">The work.</param>
    protected async Task TryAsync(string noun, object? target, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (FineTuningApiException e)
        {
            WriteError(ErrorRecords.FromApi(e, noun, target, Connection?.Endpoint));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            WriteError(ErrorRecords.FileNotRead(e, target));
        }
    }

    /// <summary>Does the work for one identity, or says why it names nothing.</summary>
    protected Task ForEachAsync(string noun, ObjectIdentity identity, Func<Task> work)
    {
        if (identity.Refusal is string refusal)
        {
            WriteError(ErrorRecords.Invalid($"Not{noun}Identity", refusal, "Give an id, or pipe an object that has one.", identity, ErrorCategory.InvalidType));
            return Task.CompletedTask;
        }

        return TryAsync(noun, identity.Id, work);
    }

    /// <summary>Writes a stream of items as -First and -Skip ask, and asks for no page that is not needed.</summary>
    protected async Task WriteListAsync<T>(IAsyncEnumerable<T> items, Func<T, object> output, CancellationToken cancellationToken)
    {
        PagingParameters paging = PagingParameters;
        if (paging.IncludeTotalCount)
        {
            // The service never says how many there are.
            WriteObject(paging.NewTotalCount(0, 0));
        }

        ulong skip = paging.Skip;
        ulong left = paging.First;
        if (left == 0)
        {
            return;
        }

        await foreach (T item in items.WithCancellation(cancellationToken))
        {
            if (skip > 0)
            {
                skip--;
                continue;
            }

            WriteObject(output(item));
            if (--left == 0)
            {
                return;
            }
        }
    }

    /// <summary>Items a page that serve -First and -Skip with the fewest requests.</summary>
    /// <param name="max">The most the service gives.</param>
    protected int PageSize(int max = 100)
    {
        // First is the largest number there is when it was not given.
        ulong wanted = PagingParameters.First > (ulong)max ? (ulong)max : PagingParameters.First;
        ulong all = wanted + (PagingParameters.Skip > (ulong)max ? (ulong)max : PagingParameters.Skip);
        return (int)Math.Max(1, Math.Min(all, (ulong)max));
    }
}
