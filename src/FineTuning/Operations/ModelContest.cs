using System.Management.Automation;
using System.Text.Json;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Grading;
using FineTuning.Core.Http;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>Scores models with one grader, each once; the one to compare with goes first.</summary>
internal sealed class ModelContest
{
    private readonly ApiCmdlet _cmdlet;
    private readonly ModelEvaluator _evaluator;
    private readonly JsonElement _definition;
    private readonly ISampleGrader? _local;
    private readonly string _name;
    private readonly string? _system;
    private readonly AdaptiveRateLimiter _gate;
    private readonly HashSet<(FineTuningConnection, string)> _seen = [];
    private readonly Dictionary<FineTuningConnection, double?> _baselines = [];

    public ModelContest(
        ApiCmdlet cmdlet,
        ModelEvaluator evaluator,
        JsonElement definition,
        bool isLocal,
        string? system,
        int atOnce
    )
    {
        (_cmdlet, _evaluator, _definition, _system) = (cmdlet, evaluator, definition, system);
        _local = isLocal ? SampleGrading.CreateLocal(cmdlet, definition) : null;
        _name = SampleGrading.NameOf(definition);
        _gate = new AdaptiveRateLimiter(atOnce);
    }

    /// <summary>Scores a model, and before the first one of a connection what it is compared with.</summary>
    public async Task RunAsync(
        FineTuningClient client,
        FineTuningConnection origin,
        string model,
        string? compared,
        Func<object?, FineTuningApiException, ErrorRecord> describe,
        CancellationToken cancellationToken
    )
    {
        if (compared is not null && _seen.Add((origin, compared)))
        {
            _baselines[origin] = (await RunOneAsync(client, origin, compared, describe, cancellationToken))?.Score;
        }

        if (_seen.Add((origin, model)))
        {
            await RunOneAsync(client, origin, model, describe, cancellationToken);
        }
        else
        {
            _cmdlet.WriteVerbose($"{model} was scored already.");
        }
    }

    private async Task<ModelEvaluation?> RunOneAsync(
        FineTuningClient client,
        FineTuningConnection origin,
        string model,
        Func<object?, FineTuningApiException, ErrorRecord> describe,
        CancellationToken cancellationToken
    )
    {
        ISampleGrader grader = _local ?? new ServiceGrader(client.WithGate(_gate), _definition);
        ModelEvaluation? result = await _evaluator.RunAsync(
            client,
            model,
            grader,
            _name,
            _system,
            _baselines.TryGetValue(origin, out double? baseline) ? baseline : null,
            describe,
            cancellationToken
        );
        if (result is not null)
        {
            result.Origin = origin;
            _cmdlet.WriteObject(result);
        }

        return result;
    }
}
