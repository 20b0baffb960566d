using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Tests.Support;
using FineTuning.Tests.Shared;
using Xunit;

namespace FineTuning.Core.Tests.Errors;

/// <summary>A handshake that fails is told as one, and is not repeated.</summary>
public sealed class TlsFailureTests : ErrorAnswers
{
    [Fact]
    public async Task Https_to_a_server_that_speaks_http_is_a_failure_of_tls() =>
        await FailsTlsAsync(async stream =>
        {
            byte[] hello = new byte[16];
            await stream.ReadExactlyAsync(hello);
            await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        });

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_a_failure_of_tls()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(
            TestClock.Start.AddYears(-2),
            TestClock.Start.AddYears(-1)
        );
        await FailsTlsAsync(async stream =>
        {
            using var tls = new SslStream(stream, leaveInnerStreamOpen: true);
            await tls.AuthenticateAsServerAsync(certificate);
        });
    }

    private static async Task FailsTlsAsync(Func<Stream, Task> serve)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using TcpClient peer = await listener.AcceptTcpClientAsync();
            try
            {
                await serve(peer.GetStream());
                byte[] rest = new byte[1024];
                while (await peer.GetStream().ReadAsync(rest) > 0) { }
            }
            catch (Exception e) when (e is IOException or AuthenticationException or ObjectDisposedException)
            {
                // The client went away, as it should.
            }
        });
        var clock = new TestClock();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using (
            var client = new FineTuningClient(
                new ClientOptions { Endpoint = new Uri($"https://127.0.0.1:{port}/v1"), Clock = clock },
                Testing.Credential()
            )
        )
        {
            FineTuningApiException error = await Testing.FailsAsync(() => client.GetJobAsync("ftjob-1"));
            Assert.Equal(ApiErrorKind.TlsFailed, error.Kind);
            Assert.StartsWith($"No secure connection to 127.0.0.1:{port}: ", error.Message, StringComparison.Ordinal);
            Assert.Empty(clock.Delays);
        }

        await serving.WaitAsync(Testing.Timeout);
    }
}
