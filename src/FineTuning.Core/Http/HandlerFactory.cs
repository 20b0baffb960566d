using System.Net;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
#if NET
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
#endif

namespace FineTuning.Core.Http;

/// <summary>Makes what the connections to an endpoint are made by: proxy, certificates, compression. Redirects are not
/// followed, since a key is for one endpoint.</summary>
internal static class HandlerFactory
{
    public static HttpMessageHandler Create(ClientOptions options, CertificateCheck certificates)
    {
        ProxyOptions? proxy = options.Proxy;
        // What stays on this machine has no business with the system's proxy, which would see the key where there is no
        // TLS.
        bool useProxy = proxy?.Address is not null || !options.Endpoint.IsLoopback;
#if NET
        return new SocketsHttpHandler
        {
            UseProxy = useProxy,
            Proxy = useProxy ? proxy?.ToWebProxy() : null,
            DefaultProxyCredentials = proxy?.Credentials,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
            UseCookies = false,
            // A long wait must notice when a host name moves to another address.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
                    certificates.Accept(
                        ((SslStream)sender).TargetHostName,
                        certificate as X509Certificate2,
                        chain,
                        errors
                    ),
            },
        };
#else
        // Added to what is allowed, never set: other modules in the process have their own needs. Zero leaves the
        // choice to Windows.
        if (ServicePointManager.SecurityProtocol != 0)
        {
            ServicePointManager.SecurityProtocol |= SecurityProtocolType.Tls12;
        }

        return new HttpClientHandler
        {
            UseProxy = useProxy,
            Proxy = useProxy ? proxy?.ToWebProxy() : null,
            DefaultProxyCredentials = proxy?.Credentials,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate,
            UseCookies = false,
            // .NET Framework opens two by default, which would make parallel requests wait for each other.
            MaxConnectionsPerServer = 256,
            ServerCertificateCustomValidationCallback = (request, certificate, chain, errors) =>
                certificates.Accept(request.RequestUri.Host, certificate, chain, errors),
        };
#endif
    }
}
