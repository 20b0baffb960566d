using System.Collections;
using System.Management.Automation;
using FineTuning.Completers;
using FineTuning.Core.Jobs;
using FineTuning.Core.Wire;
using FineTuning.Errors;
using FineTuning.Identities;
using FineTuning.Operations;
using FineTuning.Output;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Creates a job, from a training file here or at the service.</summary>
[Cmdlet(VerbsCommon.New, "FineTuningJob", SupportsShouldProcess = true)]
[OutputType(typeof(FineTuningJob))]
public sealed class NewFineTuningJobCommand : JobWaitCmdlet
{
    private JobCreationRun? _creation;
    private JobFiles? _files;

    /// <summary>The base model.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(BaseModelCompleter))]
    public string Model { get; set; } = string.Empty;

    /// <summary>A file here, which is checked and uploaded, or a file at the service.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    public JobFile? TrainingFile { get; set; }

    /// <summary>As -TrainingFile, for the validation data.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("ValidationPath")]
    [ValidateNotNull]
    public JobFile? ValidationFile { get; set; }

    /// <summary>Part of the model's name.</summary>
    [Parameter]
    [ValidateLength(1, 64)]
    public string? Suffix { get; set; }

    /// <summary>What the run's randomness starts from.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Seed { get; set; }

    /// <summary>How to train.</summary>
    [Parameter]
    [Words(typeof(MethodCompleter))]
    [ValidateSet(HyperparameterTable.Supervised, HyperparameterTable.Preference, HyperparameterTable.Reinforcement)]
    public string? Method { get; set; }

    /// <summary>Passes over the training data, or auto.</summary>
    [Parameter]
    [AutoOrTransform(nameof(EpochCount))]
    [ArgumentCompleter(typeof(AutoCompleter))]
    public AutoOr<int> EpochCount { get; set; }

    /// <summary>Examples a step, or auto.</summary>
    [Parameter]
    [AutoOrTransform(nameof(BatchSize))]
    [ArgumentCompleter(typeof(AutoCompleter))]
    public AutoOr<int> BatchSize { get; set; }

    /// <summary>Factor on the service's own rate, or auto.</summary>
    [Parameter]
    [AutoOrTransform(nameof(LearningRateMultiplier))]
    [ArgumentCompleter(typeof(AutoCompleter))]
    public AutoOr<double> LearningRateMultiplier { get; set; }

    /// <summary>dpo: weight of the penalty, or auto.</summary>
    [Parameter]
    [AutoOrTransform(nameof(Beta))]
    [ArgumentCompleter(typeof(AutoCompleter))]
    public AutoOr<double> Beta { get; set; }

    /// <summary>reinforcement: what scores the samples, as a hashtable, an object, JSON, or the path of a JSON
    /// file.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? Grader { get; set; }

    /// <summary>reinforcement: effort of reasoning.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ReasoningEffortCompleter))]
    [Words(typeof(ReasoningEffortCompleter))]
    public string? ReasoningEffort { get; set; }

    /// <summary>reinforcement: factor on the compute, or auto.</summary>
    [Parameter]
    [AutoOrTransform(nameof(ComputeMultiplier))]
    [ArgumentCompleter(typeof(AutoCompleter))]
    public AutoOr<double> ComputeMultiplier { get; set; }

    /// <summary>reinforcement: steps between evaluations, or auto.</summary>
    [Parameter]
    [AutoOrTransform(nameof(EvalInterval))]
    [ArgumentCompleter(typeof(AutoCompleter))]
    public AutoOr<int> EvalInterval { get; set; }

    /// <summary>reinforcement: samples an evaluation, or auto.</summary>
    [Parameter]
    [AutoOrTransform(nameof(EvalSamples))]
    [ArgumentCompleter(typeof(AutoCompleter))]
    public AutoOr<int> EvalSamples { get; set; }

    /// <summary>Project at Weights and Biases that is told of the metrics.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? WandbProject { get; set; }

    /// <summary>Name of the run at Weights and Biases.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? WandbName { get; set; }

    /// <summary>User or team at Weights and Biases.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? WandbEntity { get; set; }

    /// <summary>Tags of the run at Weights and Biases.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? WandbTag { get; set; }

    /// <summary>Up to 16 pairs of your own.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? Metadata { get; set; }

    /// <summary>Azure: kind of training.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TrainingTypeCompleter))]
    [Words(typeof(TrainingTypeCompleter))]
    public string? TrainingType { get; set; }

    /// <summary>A name for this piece of work: if a job carries it already, that job is emitted and none is
    /// created.</summary>
    [Parameter]
    [ValidateLength(1, 512)]
    public string? IdempotencyKey { get; set; }

    /// <summary>Waits until the job has ended.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        JobCreateRequest request;
        JobFiles files;
        _files = null;
        try
        {
            request = new JobParameters(this).Build();
            _files = files = JobFiles.Resolve(this, TrainingFile!, ValidationFile);
        }
        catch (FileNotFoundException e)
        {
            WriteError(LocalPath.Missing(this, e.FileName!));
            return;
        }
        catch (PSArgumentException e)
        {
            WriteError(JobErrors.Invalid(e, TrainingFile));
            return;
        }

        if (
            !Wait
            && (
                MyInvocation.BoundParameters.ContainsKey(nameof(TimeoutSec))
                || MyInvocation.BoundParameters.ContainsKey(nameof(PollIntervalSec))
            )
        )
        {
            WriteWarning("-TimeoutSec and -PollIntervalSec are about the wait: without -Wait they do nothing.");
        }

        if (!ShouldProcess($"{Model} with {TrainingFile}", "Create fine-tuning job"))
        {
            return;
        }

        // A 404 is about a file: there is no job yet that could be missing.
        await TryAsync(
            "File",
            TrainingFile,
            async () =>
            {
                _creation = new JobCreationRun(this, Client, IdempotencyKey);
                JobResource? job =
                    await _creation.FindByKeyAsync(request, cancellationToken)
                    ?? await _creation.CreateAsync(request, files, cancellationToken);
                if (job is null)
                {
                    return;
                }

                if (Wait)
                {
                    await WaitAsync([job.Id], cancellationToken, areNew: true);
                }
                else
                {
                    WriteObject(new FineTuningJob(job));
                }
            }
        );
    }

    /// <inheritdoc/>
    protected override void OnStopped()
    {
        if ((_creation?.StopMessage ?? _files?.StopMessage) is string message)
        {
            TellHost(message);
        }

        base.OnStopped();
    }
}
