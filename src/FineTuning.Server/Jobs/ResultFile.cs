using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using FineTuning.Server.Storage;

namespace FineTuning.Server.Jobs;

/// <summary>The metrics of a job as the service files them: a CSV, base64-encoded as a whole.</summary>
internal static class ResultFile
{
    public const string FileName = "step_metrics.csv";
    public const string Purpose = "fine-tune-results";
    public const string Header = "step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy";

    public static byte[] Encode(IEnumerable<StepRow> steps)
    {
        StringBuilder csv = new(Header);
        csv.Append('\n');
        foreach (StepRow step in steps)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{step.Step},{step.TrainLoss},{step.TrainAccuracy},{step.ValidLoss},{step.ValidAccuracy}\n");
        }

        return Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(csv.ToString())));
    }
}
