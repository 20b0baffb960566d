using System.Management.Automation;
using FineTuning.Core.Client;
using FineTuning.Core.Credentials;
using FineTuning.Core.Errors;
using FineTuning.Core.Evaluation;
using FineTuning.Core.Http;
using FineTuning.Errors;
using FineTuning.Output;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>A question to models of a connection.</summary>
/// <param name="Client">Asks.</param>
/// <param name="Origin">The connection of the client.</param>
/// <param name="Model">The model.</param>
/// <param name="Compared">The other one; null if there is none.</param>
/// <param name="Input">The question.</param>
internal sealed record AnswerRequest(
    FineTuningClient Client,
    FineTuningConnection Origin,
    string Model,
    string? Compared,
    InputQuestion Input
) : ModelRequest(Client, Model, Compared, Input.Question);

/// <summary>Asks models and writes their answers in the order of the questions; streamed ones as they come, one after
/// the other.</summary>
internal sealed class ModelAnswerRun : IDisposable
{
    private readonly ApiCmdlet _cmdlet;
    private readonly bool _isStreamed;
    private readonly ModelConversation<AnswerRequest> _conversation;
    private readonly Func<AnswerRequest, FineTuningApiException, ErrorRecord> _describe;
    private ProgressLine? _progress;

    public ModelAnswerRun(
        ApiCmdlet cmdlet,
        ModelAsker asker,
        AdaptiveRateLimiter gate,
        bool isStreamed,
        Func<AnswerRequest, FineTuningApiException, ErrorRecord> describe,
        CancellationToken stopping
    )
    {
        (_cmdlet, _isStreamed, _describe) = (cmdlet, isStreamed, describe);
        _conversation = new(
            asker,
            gate,
            (request, answer, compared) => cmdlet.WriteObject(ToOutput(request, answer, compared)),
            (request, e) => cmdlet.WriteError(describe(request, e)),
            stopping
        );
    }

    /// <summary>Asks the model one question, and emits the answer when its turn comes.</summary>
    public async Task AskAsync(AnswerRequest request, CancellationToken cancellationToken)
    {
        if (_isStreamed)
        {
            await StreamAsync(request, cancellationToken);
            return;
        }

        if (_progress is null)
        {
            _progress = new ProgressLine(_cmdlet, $"Asking {request.Model}");
            _conversation.Run.OnProgress = () =>
                _progress.Report(PaceText.Of(_conversation.Run.Progress with { Failed = 0 }, "answered"));
        }

        await _conversation.Run.AddAsync(request, cancellationToken);
        ThrowIfEnded();
    }

    /// <summary>Waits for the questions that are still open, and emits their answers.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await _conversation.Run.FinishAsync(cancellationToken);
        _progress?.Dispose();
        ThrowIfEnded();
    }

    public void Dispose() => _conversation.Dispose();

    private static object ToOutput(AnswerRequest request, ModelResponse answer, ModelResponse? compared)
    {
        ModelAnswer first = ToOutput(request, answer);
        return compared is null ? first : new ModelComparison(first, ToOutput(request, compared));
    }

    private static ModelAnswer ToOutput(AnswerRequest request, ModelResponse answer) =>
        new(answer, request.Input.Item) { Origin = request.Origin };

    private async Task StreamAsync(AnswerRequest request, CancellationToken cancellationToken)
    {
        // Progress<T> calls back on the pipeline thread, and in order.
        var screen = new Progress<string>(text => _cmdlet.Host.UI.Write(Redaction.Scrub(text)));
        try
        {
            ModelResponse answer = await ShowAsync(request, request.Model, screen, cancellationToken);
            ModelResponse? compared = request.Compared is null
                ? null
                : await ShowAsync(request, request.Compared, screen, cancellationToken);
            object result = ToOutput(request, answer, compared);
            var output = PSObject.AsPSObject(result);
            output.TypeNames.Insert(0, $"{result.GetType().FullName}#Streamed");
            _cmdlet.WriteObject(output);
        }
        catch (FineTuningApiException e)
        {
            _cmdlet.WriteError(_describe(request, e));
        }
    }

    private async Task<ModelResponse> ShowAsync(
        AnswerRequest request,
        string model,
        IProgress<string> screen,
        CancellationToken cancellationToken
    )
    {
        if (request.Compared is not null)
        {
            _cmdlet.WriteHostLine($"{model}:");
        }

        ModelResponse answer = await _conversation.AskAsync(request, model, screen.Report, cancellationToken);
        _cmdlet.WriteHostLine(string.Empty);
        return answer;
    }

    private void ThrowIfEnded()
    {
        if (_conversation.Run.End is { } end)
        {
            throw _cmdlet.Stop(ModelErrors.Ended(end, _describe));
        }
    }
}
