using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Training.Methods;

/// <summary>
/// Notices rewards that teach nothing: samples that the grader fails for, which count as 0 and could pass for bad
/// answers, and samples that all score alike. Each is told once, not at every step; a grader that fails for everything
/// ends the job.
/// </summary>
/// <param name="totalSteps">Steps of the job.</param>
internal sealed class RewardMonitor(int totalSteps)
{
    /// <summary>Steps in a row whose samples may all fail before a grader that never worked is given up.</summary>
    private const int PatientSteps = 3;

    /// <summary>The same for one that has worked, and may again.</summary>
    private const int MorePatientSteps = 20;

    /// <summary>Steps without any difference before that is told. Fewer may be chance.</summary>
    private const int FlatSteps = 10;

    private long _samples;
    private long _failed;
    private bool _graderWorked;
    private int _failedSteps;
    private int _samplesOfFailedSteps;
    private string _firstFailure = string.Empty;
    private bool _differed;
    private bool _validationFailed;

    /// <summary>Looks at the samples of a step before they are learnt from.</summary>
    /// <param name="samples">All samples of an item follow each other.</param>
    /// <param name="samplesPerItem">How many those are.</param>
    /// <param name="step">The step's number, from 1.</param>
    /// <returns>What the user should know.</returns>
    /// <exception cref="TrainingException">The grader is broken.</exception>
    public List<string> Look(List<GradedSample> samples, int samplesPerItem, int step)
    {
        List<string> warnings = [];
        int failed = samples.Count(sample => sample.Error is not null);
        if (failed > 0 && _failed == 0)
        {
            warnings.Add(Failures(failed, samples, $"samples of step {step}"));
        }

        _samples += samples.Count;
        _failed += failed;
        GiveUp(samples, works: failed < samples.Count, step);
        if (step == totalSteps && _failed > 0)
        {
            warnings.Add(
                FormattableString.Invariant($"The grader failed for {_failed} of {_samples} samples of this training ")
                    + FormattableString.Invariant($"({Share(_failed, _samples)}). Each of them counted as 0.")
            );
        }

        _differed |= samples
            .Where((sample, i) => i % samplesPerItem > 0 && Differ(sample.Reward, samples[i - 1].Reward))
            .Any();
        if (!_differed && step == Math.Min(FlatSteps, totalSteps))
        {
            string all = samples.TrueForAll(sample => !Differ(sample.Reward, samples[0].Reward))
                ? FormattableString.Invariant($", in step {step} all {samples[0].Reward:0.00}")
                : string.Empty;
            warnings.Add(
                $"There was nothing to learn from in the first {step} steps: the samples of an item all scored "
                    + $"alike{all}. Only samples that score differently show the model "
                    + "what is better: use a grader that gives partial credit, or items that the model gets right "
                    + "now and then."
            );
        }

        return warnings;
    }

    /// <summary>Looks at the samples of an evaluation.</summary>
    public List<string> LookAtValidation(List<GradedSample> samples, int step)
    {
        int failed = samples.Count(sample => sample.Error is not null);
        if (failed == 0 || _validationFailed)
        {
            return [];
        }

        _validationFailed = true;
        return [Failures(failed, samples, $"validation samples at step {step}")];
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(_samples);
        writer.Write(_failed);
        writer.Write(_graderWorked);
        writer.Write(_failedSteps);
        writer.Write(_samplesOfFailedSteps);
        writer.Write(_firstFailure);
        writer.Write(_differed);
        writer.Write(_validationFailed);
    }

    public void Read(BinaryReader reader)
    {
        _samples = reader.ReadInt64();
        _failed = reader.ReadInt64();
        _graderWorked = reader.ReadBoolean();
        _failedSteps = reader.ReadInt32();
        _samplesOfFailedSteps = reader.ReadInt32();
        _firstFailure = reader.ReadString();
        _differed = reader.ReadBoolean();
        _validationFailed = reader.ReadBoolean();
    }

    private static bool Differ(double one, double other) => Math.Abs(one - other) > 1e-6;

    private static string Share(long part, long all) => FormattableString.Invariant($"{100.0 * part / all:0.#} %");

    private static string First(List<GradedSample> samples) => samples.First(sample => sample.Error is not null).Error!;

    private static string Failures(int failed, List<GradedSample> samples, string which) =>
        $"The grader failed for {(failed == samples.Count ? "all" : $"{failed} of")} {samples.Count} {which}; they "
        + $"count as 0. The first failure: {First(samples)}";

    private void GiveUp(List<GradedSample> samples, bool works, int step)
    {
        _graderWorked |= works;
        if (works)
        {
            _failedSteps = _samplesOfFailedSteps = 0;
            _firstFailure = string.Empty;
            return;
        }

        _firstFailure = _failedSteps == 0 ? First(samples) : _firstFailure;
        _failedSteps++;
        _samplesOfFailedSteps += samples.Count;
        if (_failedSteps >= (_graderWorked ? MorePatientSteps : Math.Min(PatientSteps, totalSteps)))
        {
            string steps = _failedSteps == 1 ? $"step {step}" : $"the {_failedSteps} steps up to step {step}";
            string before = _graderWorked
                ? $", and for {_failed} of {_samples} ({Share(_failed, _samples)}) since the training began"
                : string.Empty;
            throw new TrainingException(
                $"The grader failed for all {_samplesOfFailedSteps} samples of {steps}{before}, so nothing can be "
                    + $"learnt. The first failure: {_firstFailure} "
                    + "Try the grader on an item of the training file before the next job.",
                "grader_failed",
                "method.reinforcement.grader"
            );
        }
    }
}
