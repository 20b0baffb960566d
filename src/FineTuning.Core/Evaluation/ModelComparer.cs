using System.Runtime.CompilerServices;
using FineTuning.Core.Client;
using FineTuning.Core.Grading;

namespace FineTuning.Core.Evaluation;

/// <summary>Scores the models of one service with one grader, each once; the one to compare with goes first.</summary>
/// <param name="client">Where the models are asked.</param>
/// <param name="evaluator">Evaluates them.</param>
/// <param name="grader">Grades their answers.</param>
/// <param name="systemMessage">What the system says first; null is nothing.</param>
/// <param name="compared">The model to compare with; null if there is none.</param>
public sealed class ModelComparer(
    FineTuningClient client,
    ModelEvaluator evaluator,
    ISampleGrader grader,
    string? systemMessage = null,
    string? compared = null
)
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private double? _baseline;

    /// <summary>Scores a model, and before the first one what it is compared with.</summary>
    /// <param name="model">The model; one that was scored already gives no result again.</param>
    /// <param name="observe">Gives what gets the examples of a model, when its evaluation begins.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>None, one or two results. An evaluation that ended early gives none; the observer was told.</returns>
    /// <exception cref="NoExamplesException">None of the first lines of the dataset is an example.</exception>
    /// <exception cref="IOException">The dataset cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The dataset may not be read.</exception>
    public async IAsyncEnumerable<EvaluationResult> EvaluateAsync(
        string model,
        Func<string, IEvaluationObserver> observe,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        if (compared is not null && _seen.Add(compared))
        {
            EvaluationResult? result = await EvaluateOneAsync(compared, observe, cancellationToken)
                .ConfigureAwait(true);
            _baseline = result?.Score;
            if (result is not null)
            {
                yield return result;
            }
        }

        if (
            _seen.Add(model)
            && await EvaluateOneAsync(model, observe, cancellationToken).ConfigureAwait(true) is { } own
        )
        {
            yield return own with
            {
                Baseline = _baseline,
            };
        }
    }

    /// <summary>Whether a model was scored already, or is the one that the others are compared with.</summary>
    /// <param name="model">The model.</param>
    public bool HasScored(string model) => model == compared || _seen.Contains(model);

    private Task<EvaluationResult?> EvaluateOneAsync(
        string model,
        Func<string, IEvaluationObserver> observe,
        CancellationToken cancellationToken
    ) => evaluator.EvaluateAsync(new(client, model, grader, systemMessage), observe(model), cancellationToken);
}
