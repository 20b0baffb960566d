using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FineTuning.Core.Credentials;
using FineTuning.Core.Errors;
using FineTuning.Core.Http;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Client;

/// <summary>
/// One method per operation of the fine-tuning API. Every method throws <see cref="FineTuningApiException"/> when the
/// request fails for good,
/// <see cref="OperationCanceledException"/> when the caller cancels, and <see cref="ArgumentException"/> for an empty
/// id. Safe for use by many threads. Source of the operations: OpenAI's OpenAPI document.
/// </summary>
public sealed partial class FineTuningClient : IDisposable
{
    private readonly Transport _transport;
    private readonly bool _ownsTransport;
    private readonly IApiObserver? _observer;
    private readonly AdaptiveRateLimiter? _gate;

    /// <summary>Makes a client of its own connections.</summary>
    /// <param name="options">Where requests go.</param>
    /// <param name="credential">The key; the caller stays its owner. Null sends none.</param>
    /// <param name="adminCredential">The key for what needs an admin; the caller stays its owner. Null uses the other
    /// one.</param>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    public FineTuningClient(ClientOptions options, ApiCredential? credential, ApiCredential? adminCredential = null)
        : this(
            new Transport(options ?? throw new ArgumentNullException(nameof(options)), credential, adminCredential),
            ownsTransport: true,
            observer: null,
            gate: null
        ) { }

    private FineTuningClient(Transport transport, bool ownsTransport, IApiObserver? observer, AdaptiveRateLimiter? gate)
    {
        _gate = gate;
        _transport = transport;
        _ownsTransport = ownsTransport;
        _observer = observer;
    }

    /// <summary>Where requests go.</summary>
    public ClientOptions Options => _transport.Options;

    /// <summary>Whether the service has answered over these connections what it was asked for. From then on silence is
    /// an outage, and no sign of a wrong address.</summary>
    internal bool WasReached => _transport.WasReached;

    /// <summary>A view of this client that tells an observer of its requests and shares its connections. It need not be
    /// disposed.</summary>
    public FineTuningClient WithObserver(IApiObserver observer) =>
        new(_transport, ownsTransport: false, observer, _gate);

    /// <summary>A view of this client whose gradings and chats pass a gate, and which shares its connections. It need
    /// not be disposed.</summary>
    public FineTuningClient WithGate(AdaptiveRateLimiter gate) =>
        new(_transport, ownsTransport: false, _observer, gate);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownsTransport)
        {
            _transport.Dispose();
        }
    }

    private static ApiRequest Get(string path) => new(HttpMethod.Get, path);

    private static ApiRequest Post<T>(string path, T body, JsonTypeInfo<T> type)
    {
        string text = JsonSerializer.Serialize(body, type);
        return new ApiRequest(HttpMethod.Post, path)
        {
            Content = _ => new StringContent(text, Encoding.UTF8, "application/json"),
            BodyText = text,
        };
    }

    private static string Segment(string id)
    {
        if (!ResourceId.IsOne(id))
        {
            throw new ArgumentException($"'{id}' is not an id.", nameof(id));
        }

        return Uri.EscapeDataString(id);
    }

    /// <summary>
    /// Deletes. One that finds nothing is a success if an attempt before it may have deleted it, and so is one without
    /// a body. An empty 200 and an answer without a word of it can come from a gateway: then a look decides.
    /// </summary>
    /// <param name="request">The delete.</param>
    /// <param name="id">What it deletes.</param>
    /// <param name="isThere">Looks whether it is still there; null if that could not be seen.</param>
    /// <param name="cancellationToken">The caller's.</param>
    private async Task<DeletedResource> DeleteAsync(
        ApiRequest request,
        string id,
        Func<Task<bool?>> isThere,
        CancellationToken cancellationToken
    )
    {
        for (int sent = 1; ; sent++)
        {
            try
            {
                Maybe<DeletedResource> answer = await _transport
                    .SendOptionalAsync(request, Answers.Deleted, _observer, cancellationToken)
                    .ConfigureAwait(false);
                if (answer.Value is not null)
                {
                    return answer.Value;
                }

                if (answer.IsPlain || await isThere().ConfigureAwait(false) != true)
                {
                    return new DeletedResource { Id = id, Deleted = true };
                }
            }
            catch (FineTuningApiException e)
                when (e.EarlierAttemptMayHaveWorked && (e.StatusCode == 404 || e.Kind == ApiErrorKind.NotFound))
            {
                // By the status as well: a model that is gone has another kind than a file.
                return new DeletedResource { Id = id, Deleted = true };
            }
            catch (FineTuningApiException e) when (e.IsUnclear)
            {
                if (await isThere().ConfigureAwait(false) == false)
                {
                    return new DeletedResource { Id = id, Deleted = true };
                }

                throw;
            }

            if (sent == 2)
            {
                throw WithoutWords($"'{id}' is still there");
            }
        }
    }

    /// <summary>The error of a change that an empty 200 tells of, twice, and that has not happened.</summary>
    private static FineTuningApiException WithoutWords(string state) =>
        new(ApiErrorKind.InvalidResponse, $"The server answered 200 without a word, and {state}.")
        {
            StatusCode = 200,
            Attempts = 2,
        };

    /// <summary>Whether something is there; null if that cannot be seen.</summary>
    private Task<bool?> IsThereAsync<T>(ApiRequest look, AnswerType<T> type, CancellationToken cancellationToken)
        where T : Resource => IsThereAsync(look, type, static _ => true, cancellationToken);

    /// <summary>Whether something is there by the answer to a look; null if that cannot be seen.</summary>
    private async Task<bool?> IsThereAsync<T>(
        ApiRequest look,
        AnswerType<T> type,
        Func<T, bool?> isThere,
        CancellationToken cancellationToken
    )
        where T : Resource
    {
        try
        {
            return isThere(
                await SendAsync(look with { Repeatability = Repeatability.Never }, type, cancellationToken)
                    .ConfigureAwait(false)
            );
        }
        catch (FineTuningApiException e)
        {
            return e.StatusCode == 404 || e.Kind == ApiErrorKind.NotFound ? false : null;
        }
    }

    /// <summary>
    /// An empty body, where none is needed: .NET repeats a change without one by itself when a kept connection turns
    /// out to be dead, and nobody would know that it was sent twice.
    /// </summary>
    private static ApiRequest Bodiless(HttpMethod method, string path) =>
        new(method, path) { Content = _ => new ByteArrayContent([]) };

    private Task<T> SendAsync<T>(ApiRequest request, AnswerType<T> type, CancellationToken cancellationToken)
        where T : Resource => _transport.SendAsync(request, type, _observer, cancellationToken);
}
