using System.Management.Automation;
using FineTuning.Completers;
using FineTuning.Connections;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Files.Uploading;
using FineTuning.Errors;
using FineTuning.Identities;
using FineTuning.Output;

namespace FineTuning.Runtime;

/// <summary>A cmdlet that asks a service. It finds the connection, and turns failures into error records.</summary>
public abstract class ApiCmdlet : AsyncCmdlet
{
    private FineTuningClient? _client;
    private FineTuningConnection? _origin;
    private bool _isOfOrigin;
    private FineTuningConnection? _ofFirst;

    /// <summary>The connection to use, or its name. Without it, the session's; without that, one is made of the vault
    /// or the environment.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    public ConnectionIdentity? Connection { get; set; }

    /// <summary>The connection that was found; null before the first request.</summary>
    private protected FineTuningConnection? InUse { get; private set; }

    /// <summary>The client of the connection. Making it can ask a vault, so it is not touched before the first request,
    /// nor for -WhatIf.</summary>
    protected FineTuningClient Client
    {
        get
        {
            if (_client is null)
            {
                if (InUse is null)
                {
                    InUse = ConnectionResolver.Resolve(this, Connection, _origin);
                    _isOfOrigin = Connection is null && InUse == _origin && InUse != RunspaceState.Current.Connection;
                }

                if (InUse.IsClosed)
                {
                    ThrowTerminatingError(ConnectionClosed());
                }

                _client = InUse.Client.WithObserver(new PipelineObserver(this));
            }

            return _client;
        }
    }

    /// <summary>Emits an object, which remembers the connection it came over.</summary>
    public new void WriteObject(object? sendToPipeline)
    {
        if (((sendToPipeline as PSObject)?.BaseObject ?? sendToPipeline) is ServiceObject item)
        {
            item.Origin ??= InUse;
        }

        base.WriteObject(sendToPipeline);
    }

    /// <summary>The error of a connection that was closed before or during the work.</summary>
    private protected ErrorRecord ConnectionClosed() => ConnectionErrors.Closed(InUse!);

    /// <summary>Does one item's work; a failure of the service becomes an error record and the pipeline goes
    /// on.</summary>
    /// <param name="noun">What is worked on, such as Job: the start of the error id when it is not found.</param>
    /// <param name="target">The id or object at hand.</param>
    /// <param name="work">The work.</param>
    protected async Task TryAsync(string noun, object? target, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (FineTuningApiException) when (InUse is { IsClosed: true })
        {
            WriteError(ConnectionClosed());
        }
        catch (FineTuningApiException e)
        {
            WriteError(ApiErrors.Make(e, noun, target, InUse?.Endpoint, Explain(e)));
        }
        catch (UploadException e)
        {
            WriteError(UploadErrors.Make(e, target));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            WriteError(FileErrors.NotRead(e, target));
        }
    }

    /// <summary>The next step after a failure, where the cmdlet knows better than the usual one; null where it does
    /// not.</summary>
    private protected virtual string? Explain(FineTuningApiException failure) => null;

    /// <summary>Does the work for one identity, or says why it names nothing.</summary>
    protected Task ForEachAsync(string noun, ObjectIdentity identity, Func<Task> work)
    {
        if (identity.Refusal is string refusal)
        {
            WriteError(IdentityErrors.Refused(noun, identity));
            return Task.CompletedTask;
        }

        UseOrigin(identity.Origin);
        return TryAsync(noun, identity.Id, work);
    }

    /// <summary>Does long work that ends, with an error, when its connection is closed in another place.</summary>
    private protected async Task WhileOpenAsync(CancellationToken cancellationToken, Func<CancellationToken, Task> work)
    {
        // The connection is found with the client.
        _ = Client;
        using var open = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, InUse!.Closed);
        try
        {
            await work(open.Token);
        }
        catch (OperationCanceledException) when (InUse.IsClosed && !cancellationToken.IsCancellationRequested)
        {
            WriteError(ConnectionClosed());
        }
    }

    /// <summary>
    /// Whether an identity is of the account that the first one is of, for work that goes on over one connection. If it
    /// is not, it says so.
    /// </summary>
    private protected bool IsOfOneService(ObjectIdentity identity)
    {
        _ = Client;
        _ofFirst ??= InUse;
        if (InUse!.IsSameAccount(_ofFirst!))
        {
            return true;
        }

        string first = InUse.Endpoint == _ofFirst!.Endpoint ? "another connection to it" : _ofFirst.Endpoint.ToString();
        WriteError(ConnectionErrors.OtherService(identity.Id, InUse.Endpoint, first, identity));
        (InUse, _origin, _client) = (_ofFirst, _ofFirst, null);
        return false;
    }

    /// <summary>Whether an identity is an object that came from the service in use, with whatever key, which then was
    /// heard before.</summary>
    private protected bool CameFromHere(ObjectIdentity identity) =>
        identity.Origin is not null && identity.Origin.Endpoint == InUse?.Endpoint;

    /// <summary>Without a connection of the user's choice, each object is looked up where it came from.</summary>
    private void UseOrigin(FineTuningConnection? origin)
    {
        if (origin is null)
        {
            return;
        }

        _origin = origin;
        if (_isOfOrigin && InUse != origin)
        {
            InUse = null;
            _client = null;
        }
    }

    /// <summary>Writes a stream of items as -First and -Skip ask, and asks for no page that is not needed.</summary>
    protected async Task WriteListAsync<T>(
        IAsyncEnumerable<T> items,
        Func<T, object> output,
        CancellationToken cancellationToken
    )
    {
        WriteTotalCount();
        ulong skip = PagingParameters.Skip;
        ulong left = PagingParameters.First;
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

    /// <summary>Writes the total if it was asked for: the service never says how many there are.</summary>
    private protected void WriteTotalCount()
    {
        if (PagingParameters.IncludeTotalCount)
        {
            WriteObject(PagingParameters.NewTotalCount(0, 0));
        }
    }

    /// <summary>Whether more than one page is wanted, so that the list must go on although its items are deleted behind
    /// a pipe.</summary>
    /// <param name="max">The most items the service gives a page.</param>
    private protected bool IsManyPages(int max = 100) =>
        PagingParameters.First > (ulong)max
        || PagingParameters.Skip > (ulong)max
        || PagingParameters.First + PagingParameters.Skip > (ulong)max;

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
