using System;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Common;
using FineTuning.Core.Api;

namespace FineTuning.Models;

/// <summary>A question to a model, and to the one it is compared with.</summary>
internal sealed record ModelRequest(FineTuningClient Client, string Model, string? Compared, ModelQuestion Question);

/// <summary>Asks models and writes their answers in the order of the questions; streamed ones as they come, one after the other.</summary>
internal sealed class ModelConversation : IDisposable
{
    private readonly AsyncCmdlet _cmdlet;
    private readonly ModelAsker _asker;
    private readonly bool _isStreamed;
    private readonly BatchRun<ModelRequest, object> _run;
    private readonly Func<object?, FineTuningApiException, ErrorRecord> _describe;
    private ProgressLine? _progress;

    public ModelConversation(
        AsyncCmdlet cmdlet, ModelAsker asker, RateGate gate, bool isStreamed, Func<object?, FineTuningApiException, ErrorRecord> describe, CancellationToken stopping)
    {
        (_cmdlet, _asker, _isStreamed, _describe) = (cmdlet, asker, isStreamed, describe);
        _run = new(cmdlet, gate, AnswerAsync, (_, answer) => cmdlet.WriteObject(answer), (request, e) => describe(request.Model, e), stopping) { IsOneThing = false };
    }

    /// <summary>Asks.</summary>
    public async Task AskAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        if (_isStreamed)
        {
            await StreamAsync(request, cancellationToken);
            return;
        }

        _progress ??= new ProgressLine(_cmdlet, $"Asking {request.Model}");
        _progress.Report(FormattableString.Invariant($"{_run.Done:N0} answered, {_run.Pace}"));
        await _run.AddAsync(request);
        ThrowIfEnded();
    }

    /// <summary>Writes what is left.</summary>
    public async Task FinishAsync()
    {
        await _run.FinishAsync();
        _progress?.Dispose();
        ThrowIfEnded();
    }

    public void Dispose() => _run.Dispose();

    private async Task<object> AnswerAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        Task<ModelAnswer> answer = _asker.AskAsync(request.Client, request.Model, request.Question, null, cancellationToken);
        if (request.Compared is null)
        {
            return await answer.ConfigureAwait(false);
        }

        Task<ModelAnswer> compared = _asker.AskAsync(request.Client, request.Compared, request.Question, null, cancellationToken);
        await Task.WhenAll(answer, compared).ConfigureAwait(false);
        return new ModelComparison(await answer.ConfigureAwait(false), await compared.ConfigureAwait(false));
    }

    private async Task StreamAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        // Progress<T> calls back on the pipeline thread, and in order.
        var screen = new Progress<string>(text => _cmdlet.Host.UI.Write(Redaction.Scrub(text)));
        try
        {
            ModelAnswer answer = await ShowAsync(request, request.Model, screen, cancellationToken);
            object result = request.Compared is null
                ? answer
                : new ModelComparison(answer, await ShowAsync(request, request.Compared, screen, cancellationToken));
            var output = PSObject.AsPSObject(result);
            output.TypeNames.Insert(0, $"{result.GetType().FullName}#Streamed");
            _cmdlet.WriteObject(output);
        }
        catch (FineTuningApiException e)
        {
            _cmdlet.WriteError(_describe(request.Model, e));
        }
    }

    private async Task<ModelAnswer> ShowAsync(ModelRequest request, string model, IProgress<string> screen, CancellationToken cancellationToken)
    {
        if (request.Compared is not null)
        {
            _cmdlet.WriteHostLine($"{model}:");
        }

        ModelAnswer answer = await _asker.AskAsync(request.Client, model, request.Question, screen.Report, cancellationToken);
        _cmdlet.WriteHostLine(string.Empty);
        return answer;
    }

    private void ThrowIfEnded()
    {
        if (_run.End is ErrorRecord end)
        {
            throw _cmdlet.Stop(end);
        }
    }
}
