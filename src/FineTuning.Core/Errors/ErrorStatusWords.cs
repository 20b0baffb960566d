namespace FineTuning.Core.Errors;

/// <summary>The HTTP statuses that codes and types of errors stand for, where an error comes without a status of its
/// own. Sources: the error pages of OpenAI, Anthropic and Azure, and Google's canonical codes.</summary>
internal static class ErrorStatusWords
{
    private static readonly Dictionary<int, string[]> s_words = new()
    {
        [400] =
        [
            "invalid_request_error",
            "invalid_request",
            "bad_request",
            "content_filter",
            "validation_error",
            "invalid_argument",
            "failed_precondition",
            "unsupported_parameter",
            "unknown_parameter",
        ],
        [401] =
        [
            "authentication_error",
            "invalid_api_key",
            "invalid_authentication",
            "unauthenticated",
            "unauthorized",
        ],
        [403] = ["permission_error", "permission_denied", "forbidden", "access_denied"],
        [404] = ["not_found", "not_found_error", "resource_not_found", "file_not_found"],
        [409] = ["conflict", "already_exists", "aborted"],
        [413] = ["request_too_large"],
        [429] = ["rate_limit_exceeded", "rate_limit_error", "requests", "tokens", "too_many_requests", "throttled"],
        [503] =
        [
            "server_error",
            "internal",
            "internal_error",
            "internal_server_error",
            "api_error",
            "bad_gateway",
            "gateway_timeout",
            "deadline_exceeded",
            "timeout",
            "overloaded",
            "overloaded_error",
            "engine_overloaded",
            "service_unavailable",
            "unavailable",
        ],
    };

    // Azure writes the same words in one: TooManyRequests.
    private static readonly Dictionary<string, int> s_statuses = s_words
        .SelectMany(pair => pair.Value.Select(word => (Word: word.Replace("_", string.Empty), Status: pair.Key)))
        .ToDictionary(pair => pair.Word, pair => pair.Status, StringComparer.OrdinalIgnoreCase);

    /// <summary>The status of a word; null if it is not known.</summary>
    public static int? Find(string? word) =>
        word is not null
        && s_statuses.TryGetValue(word.Replace("_", string.Empty).Replace("-", string.Empty), out int status)
            ? status
            : null;
}
