using System.Globalization;
using System.Text;
using FineTuning.Core.Datasets;
using FineTuning.Server.Storage;

namespace FineTuning.Server.Jobs;

/// <summary>Core's checks: what a client finds before an upload and what a job fails for are the same.</summary>
internal sealed class CoreDatasetValidator : IDatasetValidator
{
    private const int MaxNamed = 3;

    // To measure on, one will do.
    private const int MinValidationExamples = 1;

    public async Task<string?> CheckAsync(
        string path,
        JobRecord job,
        bool isTraining,
        CancellationToken cancellationToken
    )
    {
        DatasetCheckOptions options = new()
        {
            Method = job.Method,
            Format = DatasetFormats.ForModel(job.Model, job.Method),
            MinimumExamples = isTraining ? DatasetLimits.MinTrainingExamples : MinValidationExamples,
            MaxProblemsPerCode = MaxNamed,
            CheckDuplicates = false,
        };
        DatasetReport report = await DatasetChecker.CheckFileAsync(path, options, null, cancellationToken);
        return report.IsValid ? null : Describe(report);
    }

    private static string Describe(DatasetReport report)
    {
        StringBuilder text = new();
        int named = 0;
        foreach (
            DatasetProblem problem in report
                .Problems.Where(problem => problem.Severity == ProblemSeverity.Error)
                .Take(MaxNamed)
        )
        {
            text.Append(named++ == 0 ? string.Empty : " ").Append(problem.ToSentence(withFix: false));
        }

        if (report.ErrorCount > named)
        {
            text.Append(CultureInfo.InvariantCulture, $" {report.ErrorCount - named} more errors were found.");
        }

        return text.ToString();
    }
}
