using FineTuning.Core.Grading;
using FineTuning.Server.Storage;

namespace FineTuning.Server.Http;

/// <summary>Refusals in the service's words.</summary>
internal static class ApiErrors
{
    public static ApiException BadRequest(string message, string? param = null, string? code = null) =>
        new(400, message, param: param, code: code);

    public static ApiException JobNotFound(string id) =>
        new(404, $"Could not find fine tune: {id}", param: "fine_tune_id", code: "fine_tune_not_found");

    public static ApiException FileNotFound(string id) => new(404, $"No such File object: {id}", param: "id");

    /// <summary>The model is there, and the program that made it is not.</summary>
    public static ApiException TrainerMissing(string model, string trainer) =>
        new(
            400,
            $"The model '{model}' was made by the trainer '{trainer}', which this server was not started with. "
                + "Start the server with the --trainer-command, and the --trainer-name if it had one, that the model "
                + "was made with.",
            param: "model",
            code: "trainer_not_configured"
        );

    public static ApiException ModelNotFound(string name) =>
        new(404, $"The model '{name}' does not exist", param: "model", code: "model_not_found");

    public static ApiException OnlyAName(string name) =>
        new(
            404,
            $"The model '{name}' does not answer here: on this local server it is a name that jobs can be made for. "
                + "Ask a model that a job made: its name is the job's 'fine_tuned_model'.",
            param: "model",
            code: "model_not_found"
        );

    /// <summary>A fault on this side; clients repeat such a request by themselves, unless it is known to be of no
    /// use.</summary>
    public static ApiException ModelUnavailable(string message, bool mayPass) =>
        new(503, message, "server_error", "model", "model_unavailable")
        {
            Headers = mayPass ? [] : [new("x-should-retry", "false")],
        };

    public static ApiException Busy(string message) =>
        new(429, message, "requests", code: "rate_limit_exceeded") { Headers = [new("Retry-After", "1")] };

    /// <param name="e">What is wrong with the grader.</param>
    /// <param name="param">The grader's own place in the request.</param>
    public static ApiException InvalidGrader(GraderException e, string param) =>
        BadRequest(
            $"Invalid grader at '{param}{e.JsonPath[1..]}': {e.Message} {e.Fix}",
            param + e.JsonPath[1..],
            "invalid_grader"
        );

    public static ApiException ModelNotAvailable(string name) =>
        BadRequest($"Model {name} is not available for fine-tuning or does not exist.", code: "model_not_available");

    public static ApiException WrongState(JobRecord job, string verb) =>
        BadRequest(
            job.Status.IsFinished
                ? $"Job has already completed: {job.Id}. Its status is '{job.Status}', so it cannot be {verb}."
                : $"Job {job.Id} cannot be {verb} while its status is '{job.Status}'.",
            code: "invalid_job_state"
        );

    public static ApiException TooManyJobs(int limit) =>
        new(
            429,
            $"{limit} jobs are waiting or running, and more are not taken. Wait until some have finished, or cancel "
                + $"some.",
            "requests",
            code: "too_many_unfinished_jobs"
        );

    public static ApiException InvalidUrl(string method, string path) => new(404, $"Invalid URL ({method} {path})");

    public static ApiException MethodNotSupported(string method, string path) =>
        new(
            405,
            $"Not allowed to {method} on {path}. (HINT: Perhaps you meant to use a different HTTP method?)",
            code: "method_not_supported"
        );

    public static ApiException TooLarge(string what, long limit) =>
        new(413, $"{what} is too large: the limit is {limit / (1024 * 1024)} MB.", code: "request_too_large");

    public static ApiException Missing(string param) =>
        BadRequest($"Missing required parameter: '{param}'.", param, "missing_required_parameter");

    public static ApiException UnknownParameter(string param) =>
        BadRequest($"Unknown parameter: '{param}'.", param, "unknown_parameter");

    /// <summary>The service knows it; this server cannot do it.</summary>
    public static ApiException Unsupported(string param) =>
        BadRequest(
            $"Unsupported parameter: '{param}' is not supported with this model: it is a small local one that "
                + $"answers with text only. Leave it out.",
            param,
            "unsupported_parameter"
        );

    public static ApiException WrongType(string param, string expected, string got) =>
        BadRequest($"Invalid type for '{param}': expected {expected}, but got {got} instead.", param, "invalid_type");

    public static ApiException BadValue(string param, string value, string supported) =>
        BadRequest($"Invalid value: '{value}'. Supported values are: {supported}.", param, "invalid_value");
}
