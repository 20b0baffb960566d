using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FineTuning.Core.Errors;

namespace FineTuning.Core.Http;

/// <summary>Reads an answer that is a JSON resource, or says why it is none.</summary>
/// <param name="endpoint">The endpoint, which the error names: it may be the base of something else.</param>
/// <param name="type">How to read the answer.</param>
/// <param name="id">Where the answer has its id; without one it is some other page that happens to be JSON. Null does
/// not look.</param>
internal sealed class JsonAnswer<T>(Uri endpoint, JsonTypeInfo<T> type, Func<T, string>? id)
{
    /// <exception cref="FineTuningApiException">The body is not such a resource.</exception>
    public async Task<T> ReadAsync(HttpResponseMessage response, Attempt attempt, RequestTrace trace)
    {
        (byte[] body, bool isWhole) = await AnswerBody
            .ReadAsync(response, AnswerBody.MaxJsonBytes, attempt)
            .ConfigureAwait(false);
        if (trace.WantsBodies)
        {
            trace.Body(response, attempt, Encoding.UTF8.GetString(body));
        }

        string fault = isWhole ? "is empty" : $"is longer than {AnswerBody.MaxJsonBytes / (1024 * 1024)} MB";
        if (isWhole && body.Length > 0)
        {
            try
            {
                T? result = JsonSerializer.Deserialize(WithoutMark(body), type);
                if (result is not null && (id is null || id(result).Length > 0))
                {
                    return result;
                }

                fault = result is null ? "is the word null" : "has no id";
            }
            catch (JsonException e)
            {
                string media = response.Content.Headers.ContentType?.MediaType ?? "no content type";
                fault = $"cannot be read ({media}; at {e.Path ?? "$"}, line {(e.LineNumber ?? 0) + 1})";
            }
        }

        throw new FineTuningApiException(
            ApiErrorKind.InvalidResponse,
            $"The server answered {(int)response.StatusCode}, but the body {fault}. Is {endpoint} the base "
                + $"of an OpenAI-style API?"
        )
        {
            StatusCode = attempt.StatusCode,
            RequestId = attempt.RequestId,
        };
    }

    /// <summary>Some gateways begin with a byte order mark, which is no JSON.</summary>
    private static ReadOnlySpan<byte> WithoutMark(byte[] body) =>
        body.Length >= 3 && body[0] == 0xEF && body[1] == 0xBB && body[2] == 0xBF
            ? new ReadOnlySpan<byte>(body, 3, body.Length - 3)
            : body;
}
