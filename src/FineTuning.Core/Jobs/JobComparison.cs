using FineTuning.Core.Wire;

namespace FineTuning.Core.Jobs;

/// <summary>Compares a job with a request for one, to tell when a key stands for two pieces of work.</summary>
public static class JobComparison
{
    private const string FilePrefix = "file-";

    /// <summary>What a job has otherwise than a request wants it, as sentences without a full stop; what the request
    /// leaves to the service is not compared.</summary>
    /// <param name="request">The request. A file that is not named by its id is not compared.</param>
    /// <param name="job">The job.</param>
    public static IReadOnlyList<string> Differences(JobCreateRequest request, JobResource job)
    {
        _ = request ?? throw new ArgumentNullException(nameof(request));
        _ = job ?? throw new ArgumentNullException(nameof(job));
        List<string> found = [];

        // A service can answer with the dated name of a model, such as gpt-4o-mini-2024-07-18.
        if (job.Model != request.Model && !job.Model.StartsWith(request.Model + "-", StringComparison.Ordinal))
        {
            found.Add($"its model is {job.Model}");
        }

        AddIfOther("training file", IdOf(request.TrainingFile), job.TrainingFile);
        AddIfOther("validation file", IdOf(request.ValidationFile), job.ValidationFile);
        AddIfOther("method", request.Method?.Type, job.Method?.Type);
        if (request.Seed is int seed && job.Seed is long other && seed != other)
        {
            found.Add(FormattableString.Invariant($"its seed is {other}"));
        }

        return found;

        void AddIfOther(string name, string? wanted, string? actual)
        {
            if (wanted is not null && !string.IsNullOrEmpty(actual) && wanted != actual)
            {
                found.Add($"its {name} is {actual}");
            }
        }

        static string? IdOf(string? file) =>
            file?.StartsWith(FilePrefix, StringComparison.Ordinal) == true ? file : null;
    }
}
