using System.Text;
using System.Text.Json;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Json;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Http;

/// <summary>Reads an answer that is a JSON resource, or says why it is none: an error in its body, something else, or
/// no JSON. Whatever else a body was, it comes out as an exception and never as a resource.</summary>
/// <param name="options">The endpoint, which the error names since it may be the base of something else; the
/// clock.</param>
/// <param name="type">What it must be.</param>
internal sealed class JsonAnswer<T>(ClientOptions options, AnswerType<T> type)
    where T : Resource
{
    /// <exception cref="FineTuningApiException">The body is no such resource.</exception>
    public async Task<T> ReadAsync(HttpResponseMessage response, Attempt attempt, RequestTrace trace) =>
        (await ReadOptionalAsync(response, attempt, trace).ConfigureAwait(false)).Value
        ?? throw Wrong("is empty", null, attempt);

    /// <summary>The same where the status says enough, so that there need be no body.</summary>
    /// <exception cref="FineTuningApiException">There is a body, and it is no such resource.</exception>
    public async Task<Maybe<T>> ReadOptionalAsync(HttpResponseMessage response, Attempt attempt, RequestTrace trace)
    {
        (byte[] body, bool isWhole) = await AnswerBody
            .ReadAsync(response, AnswerBody.MaxJsonBytes, attempt)
            .ConfigureAwait(false);
        if (trace.WantsBodies)
        {
            trace.Body(response, attempt, Encoding.UTF8.GetString(body));
        }

        if (!isWhole)
        {
            throw Wrong($"is longer than {AnswerBody.MaxJsonBytes / (1024 * 1024)} MB", null, attempt);
        }

        return new Maybe<T>(IsBlank(body) ? null : Read(body, response, attempt, trace), (int)response.StatusCode);
    }

    private T Read(byte[] body, HttpResponseMessage response, Attempt attempt, RequestTrace trace)
    {
        ReadOnlySpan<byte> json = WithoutMark(body);
        JsonException? fault = null;
        try
        {
            if (
                !SurrogateEscapes.IsHalfIn(json)
                && JsonSerializer.Deserialize(json, type.Json) is T result
                && type.IsGood(result)
            )
            {
                return result;
            }
        }
        catch (JsonException e)
        {
            fault = e;
        }

        return ReadDoubtful(Encoding.UTF8.GetString(body).TrimStart('\uFEFF'), fault, response, attempt, trace);
    }

    private T ReadDoubtful(
        string body,
        JsonException? fault,
        HttpResponseMessage response,
        Attempt attempt,
        RequestTrace trace
    )
    {
        string json = SurrogateEscapes.Mend(body);
        using JsonDocument document = Parse(json, fault, response, attempt);
        JsonElement root = document.RootElement;
        if (!type.IsResource(root) && ErrorSigns.Find(root) is JsonElement error)
        {
            throw ErrorReader.ReadSpoken(response, error, options.Clock.UtcNow);
        }

        try
        {
            // With the halves of characters mended it may be as it should be.
            if (JsonSerializer.Deserialize(json, type.Json) is T plain && type.IsGood(plain))
            {
                return plain;
            }
        }
        catch (JsonException)
        {
            // It is read value by value.
        }

        List<string> odd = [];
        if (type.Mend(root, odd) is T mended)
        {
            odd.ForEach(sentence => trace.Odd(attempt, sentence));
            return mended;
        }

        if (type.Refusal(root) is string refusal)
        {
            throw new FineTuningApiException(ApiErrorKind.InvalidRequest, refusal)
            {
                StatusCode = attempt.StatusCode,
                RequestId = attempt.RequestId,
                IsSpoken = true,
            };
        }

        string lack =
            root.ValueKind == JsonValueKind.Null ? "is the word null"
            : fault is not null ? Unreadable(fault, response)
            : type.Lack;
        throw Wrong(lack, ErrorWords.Read(root).Message, attempt, isJson: true);
    }

    private JsonDocument Parse(string json, JsonException? fault, HttpResponseMessage response, Attempt attempt)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            throw Wrong(Unreadable(fault ?? e, response), null, attempt);
        }
    }

    private static string Unreadable(JsonException fault, HttpResponseMessage response)
    {
        string media = response.Content.Headers.ContentType?.MediaType ?? "no content type";
        return $"cannot be read ({media}; at {fault.Path ?? "$"}, line {(fault.LineNumber ?? 0) + 1})";
    }

    /// <param name="lack">What is wrong with it, behind "the body".</param>
    /// <param name="words">What it says instead; null if it says nothing.</param>
    /// <param name="attempt">The attempt that gave it.</param>
    /// <param name="isJson">Whether it came whole, so that it would be no better the next time.</param>
    private FineTuningApiException Wrong(string lack, string? words, Attempt attempt, bool isJson = false)
    {
        string said = string.IsNullOrWhiteSpace(words) ? string.Empty : $" It says: {words!.Trim().TrimEnd('.')}.";
        return new FineTuningApiException(
            ApiErrorKind.InvalidResponse,
            $"The server answered {attempt.StatusCode}, but the body {lack}.{said} Is {options.Endpoint} the base "
                + $"of an OpenAI-style API?"
        )
        {
            StatusCode = attempt.StatusCode,
            RequestId = attempt.RequestId,
            IsLast = isJson,
            IsUnclear = isJson,
        };
    }

    private static bool IsBlank(byte[] body) =>
        Array.TrueForAll(body, b => b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n');

    /// <summary>Some gateways begin with a byte order mark, which is no JSON.</summary>
    private static ReadOnlySpan<byte> WithoutMark(byte[] body) =>
        body.Length >= 3 && body[0] == 0xEF && body[1] == 0xBB && body[2] == 0xBF
            ? new ReadOnlySpan<byte>(body, 3, body.Length - 3)
            : body;
}
