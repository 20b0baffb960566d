using System.Management.Automation;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Evaluation;
using FineTuning.Core.Grading;
using FineTuning.Core.Http;
using FineTuning.Errors;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>How models are evaluated.</summary>
/// <param name="Path">The dataset.</param>
/// <param name="Grader">Grades the answers.</param>
/// <param name="IsLocal">Whether the grader works on this machine.</param>
/// <param name="KeepsResults">Whether every graded answer is kept.</param>
/// <param name="SystemMessage">What the system says first; null is nothing.</param>
/// <param name="Compared">The model to compare with; null if there is none.</param>
internal sealed record ModelEvaluationOptions(
    string Path,
    GraderDefinition Grader,
    bool IsLocal,
    bool KeepsResults,
    string? SystemMessage,
    string? Compared
);

/// <summary>Scores models of one or more connections and writes how they did.</summary>
internal sealed class ModelEvaluationRun
{
    private readonly ApiCmdlet _cmdlet;
    private readonly ModelEvaluationOptions _options;
    private readonly ModelEvaluator _evaluator;
    private readonly ISampleGrader? _local;
    private readonly AdaptiveRateLimiter _graderGate;
    private readonly Dictionary<FineTuningConnection, ModelComparer> _comparers = [];

    public ModelEvaluationRun(
        ApiCmdlet cmdlet,
        ModelAsker asker,
        AdaptiveRateLimiter gate,
        ModelEvaluationOptions options
    )
    {
        (_cmdlet, _options) = (cmdlet, options);
        _evaluator = new ModelEvaluator(asker, options.Path, gate);
        _local = options.IsLocal ? options.Grader.CreateLocal(cmdlet) : null;
        _graderGate = new AdaptiveRateLimiter(gate.Max);
    }

    /// <summary>Scores a model, and before the first one of a connection what it is compared with.</summary>
    /// <param name="client">Where the model is asked.</param>
    /// <param name="origin">The connection of the client.</param>
    /// <param name="model">The model.</param>
    /// <param name="describe">Makes the error of an example.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(
        FineTuningClient client,
        FineTuningConnection origin,
        string model,
        Func<object?, FineTuningApiException, ErrorRecord> describe,
        CancellationToken cancellationToken
    )
    {
        ModelComparer comparer = ComparerOf(client, origin);
        bool hasScored = comparer.HasScored(model);
        EvaluationView? view = null;
        try
        {
            await foreach (EvaluationResult result in comparer.EvaluateAsync(model, Observe, cancellationToken))
            {
                ModelEvaluation output = view!.ToOutput(result);
                view.Dispose();
                output.Origin = origin;
                _cmdlet.WriteObject(output);
            }
        }
        catch (NoExamplesException e)
        {
            throw _cmdlet.Stop(ModelErrors.NoExamples(e));
        }
        finally
        {
            view?.Dispose();
        }

        if (hasScored)
        {
            _cmdlet.WriteVerbose($"{model} was scored already.");
        }

        IEvaluationObserver Observe(string name)
        {
            view?.Dispose();
            return view = new EvaluationView(_cmdlet, name, _options, describe);
        }
    }

    private ModelComparer ComparerOf(FineTuningClient client, FineTuningConnection origin)
    {
        if (!_comparers.TryGetValue(origin, out ModelComparer? comparer))
        {
            ISampleGrader grader =
                _local ?? new ServiceGrader(client.WithGate(_graderGate), _options.Grader.Definition);
            comparer = new ModelComparer(client, _evaluator, grader, _options.SystemMessage, _options.Compared);
            _comparers[origin] = comparer;
        }

        return comparer;
    }
}
