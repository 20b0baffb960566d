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
        // A dot segment would be folded away by the Uri class, and the request would go to another path.
        if (string.IsNullOrWhiteSpace(id) || id is "." or "..")
        {
            throw new ArgumentException($"'{id}' is not an id.", nameof(id));
        }

        return Uri.EscapeDataString(id);
    }

    /// <summary>A delete that finds nothing is a success if an attempt before it may have deleted it.</summary>
    private async Task<DeletedResource> DeleteAsync(ApiRequest request, string id, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(request, WireContext.Default.DeletedResource, cancellationToken)
                .ConfigureAwait(false);
        }
        // By the status: a model that is gone has a kind of its own.
        catch (FineTuningApiException e) when (e.StatusCode == 404 && e.EarlierAttemptMayHaveWorked)
        {
            return new DeletedResource { Id = id, Deleted = true };
        }
    }

    /// <summary>
    /// An empty body, where none is needed: .NET repeats a change without one by itself when a kept connection turns
    /// out to be dead, and nobody would know that it was sent twice.
    /// </summary>
    private static ApiRequest Bodiless(HttpMethod method, string path) =>
        new(method, path) { Content = _ => new ByteArrayContent([]) };

    private Task<T> SendAsync<T>(ApiRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        _transport.SendAsync(request, type, null, _observer, cancellationToken);

    private Task<T> SendIdentifiedAsync<T>(
        ApiRequest request,
        JsonTypeInfo<T> type,
        Func<T, string> id,
        CancellationToken cancellationToken
    ) => _transport.SendAsync(request, type, id, _observer, cancellationToken);
}
