using FineTuning.Core.Errors;

namespace FineTuning.Core.Tests.Http;

/// <summary>Bodies of successes that are not what was asked for, and what each must come to.</summary>
internal static class OddAnswers
{
    private const string Words = "The upstream died.";

    public static IReadOnlyDictionary<string, OddAnswer> All { get; } =
        new Dictionary<string, OddAnswer>
        {
            ["error object"] = Said($$$"""{"error":{"message":"{{{Words}}}","code":"x"}}"""),
            ["error object with an id"] = Said($$$"""{"id":"req-1","error":{"message":"{{{Words}}}"}}"""),
            ["error text"] = Said($$"""{"error":"{{Words}}"}"""),
            ["error beside a flag"] = Said($$"""{"error":true,"message":"{{Words}}"}"""),
            ["error object by name"] = Said($$"""{"object":"error","message":"{{Words}}","type":"x"}"""),
            ["errors list"] = Said($$"""{"errors":[{"detail":"{{Words}}"}]}"""),
            ["no success"] = Said($$"""{"success":false,"msg":"{{Words}}"}"""),
            ["fault"] = Said($$$"""{"fault":{"faultstring":"{{{Words}}}"}}"""),
            ["error in a text"] = Said($$$"""{"error":"{\"error\":{\"message\":\"{{{Words}}}\"}}"}"""),
            ["error in a message"] = Said($$$"""{"error":{"message":"{\"detail\":\"{{{Words}}}\"}"}}"""),
            ["quota"] = Said($$$"""{"error":{"message":"{{{Words}}}","code":"insufficient_quota"}}""") with
            {
                Kind = ApiErrorKind.QuotaExhausted,
            },
            ["key, by its type"] = Said($$$"""{"error":{"message":"{{{Words}}}","type":"authentication_error"}}""") with
            {
                Kind = ApiErrorKind.AuthenticationFailed,
            },
            ["wrong, by a number"] = Said($$$"""{"error":{"message":"{{{Words}}}","code":400}}""") with
            {
                Kind = ApiErrorKind.InvalidRequest,
            },
            ["not found, by a number"] = Said($$"""{"code":404,"message":"{{Words}}"}""") with
            {
                Kind = ApiErrorKind.NotFound,
            },
            ["rate limit, by a number"] = Said($$$"""{"error":{"message":"{{{Words}}}","code":429}}""") with
            {
                Kind = ApiErrorKind.RateLimited,
                Repeats = OddRepeats.All,
            },
            ["busy, by a number"] = Said($$$"""{"error":{"message":"{{{Words}}}","code":"503"}}""") with
            {
                Kind = ApiErrorKind.ServerError,
                Repeats = OddRepeats.NotMoney,
            },
            ["overloaded, by its type"] = Said(
                $$$"""{"error":{"message":"{{{Words}}}","type":"overloaded_error"}}"""
            ) with
            {
                Kind = ApiErrorKind.ServerError,
                Repeats = OddRepeats.NotMoney,
            },
            ["empty object"] = new("{}", ApiErrorKind.InvalidResponse, "but the body"),
            ["words"] = new($$"""{"message":"{{Words}}"}""", ApiErrorKind.InvalidResponse, Words.TrimEnd('.')),
            ["detail"] = new(
                $$"""{"detail":[{"loc":["a"],"msg":"{{Words}}"}]}""",
                ApiErrorKind.InvalidResponse,
                Words.TrimEnd('.')
            ),
            ["null"] = new("null", ApiErrorKind.InvalidResponse, "is the word null"),
            ["text"] = new("\"hello\"", ApiErrorKind.InvalidResponse, "cannot be read"),
            ["number"] = new("7", ApiErrorKind.InvalidResponse, "cannot be read"),
            ["list of numbers"] = new("[1,2]", ApiErrorKind.InvalidResponse, "cannot be read"),
            ["every member odd"] = new(
                """{"id":[],"data":7,"choices":"x","deleted":{},"reward":[],"grader":[]}""",
                ApiErrorKind.InvalidResponse,
                "but the body"
            ),
        };

    private static OddAnswer Said(string body) => new(body, ApiErrorKind.ServerError, Words);
}

/// <summary>Which operations send their request again.</summary>
internal enum OddRepeats
{
    None,
    NotMoney,
    All,
}

/// <summary>One body.</summary>
/// <param name="Body">What comes with a 200.</param>
/// <param name="Kind">The kind of error it must be.</param>
/// <param name="Says">What the error must say.</param>
internal sealed record OddAnswer(string Body, ApiErrorKind Kind, string Says)
{
    public OddRepeats Repeats { get; init; }
}
