using System.Globalization;
using System.Text;
using FineTuning.Server.Storage;
using FineTuning.Server.Training.Methods;

namespace FineTuning.Server.Jobs;

/// <summary>The metrics of a job as the service files them: a CSV, base64-encoded as a whole. The method decides on the
/// columns.</summary>
internal static class ResultFile
{
    public const string FileName = "step_metrics.csv";
    public const string Purpose = "fine-tune-results";
    public const string LossHeader = "step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy";
    public const string PlainHeader = "step";

    public static byte[] Encode(string method, IReadOnlyList<StepRow> steps)
    {
        // Reinforcement has no loss. What a method measures besides comes in the order in which it first appears.
        bool hasLoss = method != TrainingMethods.Reinforcement;
        List<string> further = [.. steps.SelectMany(step => step.Extra.Keys).Distinct(StringComparer.Ordinal)];
        StringBuilder csv = new(hasLoss ? LossHeader : PlainHeader);
        further.ForEach(name => csv.Append(',').Append(name));
        csv.Append('\n');
        foreach (StepRow step in steps)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{step.Step}");
            if (hasLoss)
            {
                csv.Append(
                    CultureInfo.InvariantCulture,
                    $",{step.TrainLoss},{step.TrainAccuracy},{step.ValidLoss},{step.ValidAccuracy}"
                );
            }

            foreach (string name in further)
            {
                csv.Append(',');
                if (step.Extra.TryGetValue(name, out double value))
                {
                    csv.Append(CultureInfo.InvariantCulture, $"{value}");
                }
            }

            csv.Append('\n');
        }

        return Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(csv.ToString())));
    }
}
