using System;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Core.Datasets;
using FineTuning.Server.Storage;

namespace FineTuning.Server.Jobs;

/// <summary>Core's checks: what a client finds before an upload and what a job fails for are the same.</summary>
internal sealed class CoreDatasetValidator : IDatasetValidator
{
    private const int MostNamed = 3;

    // The service wants ten examples to train on; to measure on, one will do.
    private const int FewestTrainingExamples = 10, FewestValidationExamples = 1;

    public async Task<string?> CheckAsync(string path, JobRecord job, bool isTraining, CancellationToken cancellationToken)
    {
        DatasetCheckOptions options = new()
        {
            Method = job.Method,
            Format = FormatFor(job.Model),
            MinimumExamples = isTraining ? FewestTrainingExamples : FewestValidationExamples,
            MaxProblemsPerCode = MostNamed,
            CheckDuplicates = false,
        };
        DatasetReport report = await DatasetChecker.CheckFileAsync(path, options, null, cancellationToken);
        return report.IsValid ? null : Describe(report);
    }

    // The server's own model learns from either kind.
    private static DatasetFormat? FormatFor(string model) =>
        model == "local-small" || model.StartsWith("ft:local-small:", StringComparison.Ordinal) ? null
        : BaseModels.IsCompletion(model) ? DatasetFormat.Completion
        : DatasetFormat.Chat;

    private static string Describe(DatasetReport report)
    {
        StringBuilder text = new();
        int named = 0;
        foreach (DatasetProblem problem in report.Problems.Where(problem => problem.Severity == ProblemSeverity.Error).Take(MostNamed))
        {
            string line = problem.ToString();
            text.Append(named++ == 0 ? string.Empty : " ").Append(char.ToUpperInvariant(line[0])).Append(line, 1, line.Length - 1).Append('.');
        }

        if (report.ErrorCount > named)
        {
            text.Append(CultureInfo.InvariantCulture, $" {report.ErrorCount - named} more errors were found.");
        }

        return text.ToString();
    }
}
