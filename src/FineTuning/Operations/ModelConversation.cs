using System.Management.Automation;
using FineTuning.Core.Client;
using FineTuning.Core.Credentials;
using FineTuning.Core.Errors;
using FineTuning.Core.Http;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>A question to a model, and to the one it is compared with.</summary>
/// <param name="Client">Asks.</param>
/// <param name="Origin">The connection of the client.</param>
/// <param name="Model">The model.</param>
/// <param name="Compared">The other one; null if there is none.</param>
/// <param name="Question">The question.</param>
internal sealed record ModelRequest(
    FineTuningClient Client,
    FineTuningConnection Origin,
    string Model,
    string? Compared,
    ModelQuestion Question
)
{
    /// <summary>Which of the models failed.</summary>
    public string Failed { get; set; } = Model;
}

/// <summary>Asks models and writes their answers in the order of the questions; streamed ones as they come, one after
/// the other.</summary>
internal sealed class ModelConversation : IDisposable
{
    private readonly ApiCmdlet _cmdlet;
    private readonly ModelAsker _asker;
    private readonly bool _isStreamed;
    private readonly BatchRun<ModelRequest, object> _run;
    private readonly Func<ModelRequest, FineTuningApiException, ErrorRecord> _describe;
    private ProgressLine? _progress;

    public ModelConversation(
        ApiCmdlet cmdlet,
        ModelAsker asker,
        AdaptiveRateLimiter gate,
        bool isStreamed,
        Func<ModelRequest, FineTuningApiException, ErrorRecord> describe,
        CancellationToken stopping
    )
    {
        (_cmdlet, _asker, _isStreamed, _describe) = (cmdlet, asker, isStreamed, describe);
        _run = new(cmdlet, gate, AnswerAsync, (_, answer) => cmdlet.WriteObject(answer), describe, stopping)
        {
            IsOneThing = false,
        };
    }

    /// <summary>Asks the model, and writes what comes.</summary>
    public async Task AskAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        if (_isStreamed)
        {
            await StreamAsync(request, cancellationToken);
            return;
        }

        if (_progress is null)
        {
            _progress = new ProgressLine(_cmdlet, $"Asking {request.Model}");
            _run.OnProgress = () =>
                _progress.Report(FormattableString.Invariant($"{_run.Done:N0} answered, {_run.Pace}"));
        }

        await _run.AddAsync(request, cancellationToken);
        ThrowIfEnded();
    }

    /// <summary>Writes what is left.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await _run.FinishAsync(cancellationToken);
        _progress?.Dispose();
        ThrowIfEnded();
    }

    public void Dispose() => _run.Dispose();

    private async Task<object> AnswerAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        Task<ModelAnswer> answer = AskAsync(request, request.Model, null, cancellationToken);
        if (request.Compared is null)
        {
            return await answer.ConfigureAwait(false);
        }

        Task<ModelAnswer> compared = AskAsync(request, request.Compared, null, cancellationToken);
        await Task.WhenAll(answer, compared).ConfigureAwait(false);
        return new ModelComparison(await answer.ConfigureAwait(false), await compared.ConfigureAwait(false));
    }

    private async Task<ModelAnswer> AskAsync(
        ModelRequest request,
        string model,
        Action<string>? onText,
        CancellationToken cancellationToken
    )
    {
        try
        {
            ModelAnswer answer = await _asker
                .AskAsync(request.Client, model, request.Question, onText, cancellationToken)
                .ConfigureAwait(false);
            answer.Origin = request.Origin;
            return answer;
        }
        catch (FineTuningApiException)
        {
            request.Failed = model;
            throw;
        }
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
            _cmdlet.WriteError(_describe(request, e));
        }
    }

    private async Task<ModelAnswer> ShowAsync(
        ModelRequest request,
        string model,
        IProgress<string> screen,
        CancellationToken cancellationToken
    )
    {
        if (request.Compared is not null)
        {
            _cmdlet.WriteHostLine($"{model}:");
        }

        ModelAnswer answer = await AskAsync(request, model, screen.Report, cancellationToken);
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
