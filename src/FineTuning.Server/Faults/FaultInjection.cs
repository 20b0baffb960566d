using System.IO.Compression;
using FineTuning.Server.Endpoints;
using FineTuning.Server.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FineTuning.Server.Faults;

/// <summary>Lets requests go wrong as the rules say. It stands around all the work, so that a fault can come before it
/// or after it was done.</summary>
internal sealed class FaultInjection(RequestDelegate next, FaultRules rules, IHostApplicationLifetime lifetime)
{
    public Task InvokeAsync(HttpContext context) =>
        rules.IsEmpty
        || context.Request.Path.StartsWithSegments(ControlEndpoints.Root)
        || rules.Hit(context.Request) is not { } rule
            ? next(context)
            : InjectAsync(context, rule);

    private async Task InjectAsync(HttpContext context, FaultRule rule)
    {
        var draft = RequestLogDraft.Of(context);
        draft.Fault = rule.Id;

        // A stop does not wait for an answer that is meant to take its time.
        using CancellationTokenRegistration stop = lifetime.ApplicationStopping.Register(context.Abort);
        try
        {
            if (rule.AfterWork == true && rule.HidesAnswer())
            {
                await WorkAsync(context);
            }

            if (rule.AfterWork != true || rule.HidesAnswer())
            {
                await Task.Delay(rule.DelayMs ?? 0, context.RequestAborted);
            }

            if (rule.Drop == true)
            {
                draft.Enter(RequestLogDraft.NoAnswer);
                context.Abort();
                return;
            }

            await AnswerAsync(context, rule);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone, or the server stops.
        }
    }

    /// <summary>Does the work and drops its answer.</summary>
    private async Task WorkAsync(HttpContext context)
    {
        IHttpResponseBodyFeature real = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        StreamResponseBodyFeature dropped = new(Stream.Null);
        context.Features.Set<IHttpResponseBodyFeature>(dropped);
        await next(context);
        context.Features.Set(real);
        context.Response.Clear();
    }

    private async Task AnswerAsync(HttpContext context, FaultRule rule)
    {
        IHttpResponseBodyFeature real = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var wait = TimeSpan.FromMilliseconds(rule.AfterWork == true && !rule.HidesAnswer() ? rule.DelayMs ?? 0 : 0);
        context.Response.OnStarting(() =>
        {
            FaultAnswer.SetHeaders(context.Response, rule);
            return Task.CompletedTask;
        });

        await using FaultBody body = new(real.Stream, rule, wait, context.RequestAborted);
        await using Stream outer =
            rule.Gzip == true ? new GZipStream(body, CompressionLevel.Fastest, leaveOpen: true) : body;
        StreamResponseBodyFeature spoiled = new(outer);
        context.Features.Set<IHttpResponseBodyFeature>(spoiled);
        if (rule.HidesAnswer())
        {
            await context.DrainAsync();
            await FaultAnswer.WriteAsync(context, rule);
        }
        else
        {
            await next(context);
        }

        await spoiled.CompleteAsync();
        if (outer != body)
        {
            // Its last bytes come with the end.
            await outer.DisposeAsync();
        }

        context.Features.Set(real);
        if (body.IsCut && !context.RequestAborted.IsCancellationRequested)
        {
            throw new InjectedFaultException();
        }
    }
}
