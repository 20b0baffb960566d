using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FineTuning.Core.Client;
using FineTuning.Core.Http;

namespace FineTuning.Core.Errors;

/// <summary>Tells what became of an attempt that got no answer, in the words of each platform.</summary>
internal static class ConnectionFaults
{
    /// <summary>The error of the API that an exception of the platform stands for; null if it is not about the
    /// connection.</summary>
    /// <param name="e">What the platform threw.</param>
    /// <param name="attempt">The attempt that it ended.</param>
    /// <param name="options">Where the attempt went.</param>
    /// <param name="certificates">What it was shown there.</param>
    public static FineTuningApiException? Read(
        Exception e,
        Attempt attempt,
        ClientOptions options,
        CertificateCheck certificates
    )
    {
        if (attempt.TimedOut)
        {
            string seconds = options.Timeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
            return Make(
                ApiErrorKind.Timeout,
                attempt.StatusCode is null
                    ? $"{options.Endpoint.Authority} did not answer within {seconds} seconds."
                    : $"{options.Endpoint.Authority} began to answer ({attempt.StatusCode}) and then sent nothing "
                        + $"for {seconds} seconds."
            );
        }

        if (e is InvalidDataException)
        {
            return Make(
                ApiErrorKind.InvalidResponse,
                $"The answer of {options.Endpoint.Authority} cannot be unpacked: {e.Message.TrimEnd('.')}."
            );
        }

        if (e is not (HttpRequestException or IOException or ObjectDisposedException or SocketException))
        {
            return null;
        }

        string why = Explain(e);
        return Diagnose(e) switch
        {
            ApiErrorKind.ProxyRefused => Make(
                ApiErrorKind.ProxyRefused,
                $"No connection to {options.Endpoint.Authority}: {why}."
            ),
            ApiErrorKind.ConnectionFailed when ProxyOf(options) is Uri proxy => Make(
                ApiErrorKind.ConnectionFailed,
                $"No connection to {options.Endpoint.Authority} through the proxy {proxy.Authority}: {why}.",
                "Check the proxy that the connection's own setting, the environment variable HTTPS_PROXY or the "
                    + "system names."
            ),
            ApiErrorKind.ConnectionFailed => Make(
                ApiErrorKind.ConnectionFailed,
                $"No connection to {options.Endpoint.Authority}: {why}."
            ),
            ApiErrorKind.TlsFailed => MakeTls(HandshakeFaults.Explain(e, options.Endpoint.Host) ?? certificates.Last),
            _ when attempt.StatusCode is int status => Make(
                ApiErrorKind.ConnectionLost,
                $"The connection to {options.Endpoint.Authority} broke inside its answer ({status}): {why}."
            ),
            _ => Make(ApiErrorKind.ConnectionLost, $"The connection to {options.Endpoint.Authority} broke: {why}."),
        };

        FineTuningApiException Make(ApiErrorKind kind, string message, string? advice = null) =>
            new(kind, message, e)
            {
                StatusCode = attempt.StatusCode,
                RequestId = attempt.RequestId,
                Advice = advice,
            };

        FineTuningApiException MakeTls(TlsFault? fault) =>
            new(
                ApiErrorKind.TlsFailed,
                $"No secure connection to {options.Endpoint.Authority}: {fault?.What ?? why}.",
                e
            )
            {
                Advice = fault?.Advice,
            };
    }

    /// <summary>The proxy on the way; null if there is none.</summary>
    private static Uri? ProxyOf(ClientOptions options)
    {
        if (options.Proxy?.Address is Uri named)
        {
            return named;
        }

#if NET
        IWebProxy system = HttpClient.DefaultProxy;
#else
        IWebProxy? system = WebRequest.DefaultWebProxy;
#endif
        return
            options.Endpoint.IsLoopback
            || system is null
            || system.IsBypassed(options.Endpoint)
            || system.GetProxy(options.Endpoint) is not Uri proxy
            || proxy == options.Endpoint
            ? null
            : proxy;
    }

    private static ApiErrorKind Diagnose(Exception e)
    {
        if (IsRefusalOfProxy(e))
        {
            return ApiErrorKind.ProxyRefused;
        }

#if NET
        switch ((e as HttpRequestException)?.HttpRequestError)
        {
            case HttpRequestError.NameResolutionError
            or HttpRequestError.ConnectionError
            or HttpRequestError.ProxyTunnelError:
                return ApiErrorKind.ConnectionFailed;
            case HttpRequestError.SecureConnectionError:
                return ApiErrorKind.TlsFailed;
        }
#else
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
        {
            switch ((inner as WebException)?.Status)
            {
                case WebExceptionStatus.ConnectFailure
                or WebExceptionStatus.NameResolutionFailure
                or WebExceptionStatus.ProxyNameResolutionFailure:
                    return ApiErrorKind.ConnectionFailed;
                case WebExceptionStatus.TrustFailure or WebExceptionStatus.SecureChannelFailure:
                    return ApiErrorKind.TlsFailed;
            }

            switch (inner)
            {
                case System.Security.Authentication.AuthenticationException:
                    return ApiErrorKind.TlsFailed;
                case SocketException
                {
                    SocketErrorCode: SocketError.ConnectionRefused
                        or SocketError.HostNotFound
                        or SocketError.HostUnreachable
                        or SocketError.NetworkUnreachable
                        or SocketError.TryAgain
                        or SocketError.NoData
                }:
                    return ApiErrorKind.ConnectionFailed;
            }
        }
#endif
        return ApiErrorKind.ConnectionLost;
    }

    /// <summary>What a proxy says to a tunnel is in no property of the platforms' exceptions but in their
    /// words.</summary>
    private static bool IsRefusalOfProxy(Exception e)
    {
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
        {
            if (
                (inner as WebException)?.Response
                    is HttpWebResponse { StatusCode: HttpStatusCode.ProxyAuthenticationRequired }
                || (
                    inner is HttpRequestException
                    && inner.Message.Contains("proxy tunnel")
                    && inner.Message.Contains("'407'")
                )
            )
            {
                return true;
            }
        }

        return false;
    }

    private static string Explain(Exception e)
    {
        Exception inner = Innermost(e);
        string message = inner.Message;
#if NET
        // The platform puts its own word for the error behind its sentence.
        if (inner is HttpIOException io)
        {
            message = message.Replace($" ({io.HttpRequestError})", string.Empty, StringComparison.Ordinal);
        }
#endif
        return message.TrimEnd('.', ' ');
    }

    private static Exception Innermost(Exception e)
    {
        while (e.InnerException is not null)
        {
            e = e.InnerException;
        }

        return e;
    }
}
