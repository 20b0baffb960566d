using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Tests.Support;
using FineTuning.Tests.Shared;
using Xunit;

namespace FineTuning.Core.Tests.Errors;

/// <summary>What people are told when no secure connection comes about, after real handshakes; and that no key was
/// sent.</summary>
public sealed class TlsTests
{
    private static readonly string s_today = Day(DateTime.UtcNow);

    [Fact]
    public async Task An_expired_certificate_is_said_to_be_expired_and_when()
    {
        FineTuningApiException fault = await RefuseAsync(TestCertificates.SelfSigned(fromDays: -20, toDays: -10));
        AssertSays(
            $"its certificate expired on {Day(DateTime.UtcNow.AddDays(-10))}, and this machine's clock says {s_today}",
            fault
        );
        Assert.Contains("has to renew the certificate; else set the clock", fault.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_the_future_speaks_of_the_clock()
    {
        FineTuningApiException fault = await RefuseAsync(TestCertificates.SelfSigned(fromDays: 10, toDays: 20));
        AssertSays(
            $"its certificate is not valid before {Day(DateTime.UtcNow.AddDays(10))}, and this machine's clock says "
                + $"{s_today}",
            fault
        );
        Assert.StartsWith("Set this machine's clock", fault.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_another_host_names_both()
    {
        FineTuningApiException fault = await RefuseAsync(TestCertificates.SelfSigned("other.example"));
        AssertSays("its certificate is for 'other.example', not for 127.0.0.1", fault);
        Assert.StartsWith("Connect to a name that the certificate has.", fault.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_signed_itself_is_said_to_have()
    {
        FineTuningApiException fault = await RefuseAsync(TestCertificates.SelfSigned());
        Assert.EndsWith(
            ": its certificate was signed by nobody but itself ('127.0.0.1').",
            fault.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("install that authority's root certificate", fault.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_authority_is_named()
    {
        FineTuningApiException fault = await RefuseAsync(TestCertificates.OfUnknownAuthority());
        AssertSays("its certificate is of 'A Test Authority', ", fault);
        Assert.Contains("a company's proxy that opens TLS", fault.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        new byte[] { 0x15, 3, 1, 0, 2, 2, 70 },
        "no version of TLS, or no cipher, in common",
        "TLS 1.2 or later"
    )]
    [InlineData(
        new byte[] { 0x15, 3, 3, 0, 2, 2, 40 },
        "no version of TLS, or no cipher, in common",
        "TLS 1.2 or later"
    )]
    [InlineData(
        new byte[]
        {
            (byte)'H',
            (byte)'T',
            (byte)'T',
            (byte)'P',
            (byte)'/',
            (byte)'1',
            (byte)'.',
            (byte)'1',
            (byte)' ',
            (byte)'4',
            (byte)'0',
            (byte)'0',
        },
        "does not speak TLS at this port",
        "http://"
    )]
    public async Task A_handshake_that_fails_is_explained(byte[] answer, string what, string advice)
    {
        FineTuningApiException fault = await FailAsync(async stream =>
        {
            byte[] hello = new byte[5];
            await stream.ReadExactlyAsync(hello);
            await stream.WriteAsync(answer);
        });
        AssertSays(what, fault);
        Assert.Contains(advice, fault.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(X509ChainStatusFlags.Revoked, "its certificate was revoked by 'h.example'", "Do not go on")]
    [InlineData(
        X509ChainStatusFlags.OfflineRevocation,
        "whether its certificate was revoked could not be found out from 'h.example'",
        "revocations"
    )]
    [InlineData(
        X509ChainStatusFlags.RevocationStatusUnknown,
        "whether its certificate was revoked could not be found out",
        "firewall"
    )]
    [InlineData(
        X509ChainStatusFlags.NotSignatureValid,
        "its certificate is not in order (NotSignatureValid)",
        "replace it"
    )]
    [InlineData(
        X509ChainStatusFlags.NoError,
        "its certificate is not in order (RemoteCertificateChainErrors)",
        "replace it"
    )]
    public void What_no_test_can_bring_about_is_explained_too(X509ChainStatusFlags flags, string what, string advice)
    {
        using X509Certificate2 certificate = TestCertificates.SelfSigned("h.example");
        TlsFault fault = CertificateFaults.Explain(
            "h.example",
            certificate,
            SslPolicyErrors.RemoteCertificateChainErrors,
            flags,
            certificate,
            DateTimeOffset.UtcNow
        );
        Assert.StartsWith(what, fault.What, StringComparison.Ordinal);
        Assert.Contains(advice, fault.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_of_the_chain_that_expired_is_named()
    {
        using X509Certificate2 certificate = TestCertificates.SelfSigned("h.example");
        using X509Certificate2 old = TestCertificates.SelfSigned("authority.example", -20, -10);
        TlsFault fault = CertificateFaults.Explain(
            "h.example",
            certificate,
            SslPolicyErrors.RemoteCertificateChainErrors,
            X509ChainStatusFlags.NotTimeValid,
            old,
            DateTimeOffset.UtcNow
        );
        Assert.StartsWith(
            "the certificate of 'authority.example', on which its own rests, expired on ",
            fault.What,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void No_certificate_is_said_to_be_none() =>
        Assert.Equal(
            "it showed no certificate",
            CertificateFaults
                .Explain("h.example", null, null, SslPolicyErrors.RemoteCertificateNotAvailable, DateTimeOffset.UtcNow)
                .What
        );

    /// <summary>With all that lies behind the message: a handshake that fails for another reason must tell
    /// it.</summary>
    private static void AssertSays(string words, FineTuningApiException fault) =>
        Assert.True(fault.Message.Contains(words, StringComparison.Ordinal), $"'{words}' is not said by {fault}");

    private static string Day(DateTime time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static async Task<FineTuningApiException> RefuseAsync(X509Certificate2 certificate)
    {
        int received = 0;
        FineTuningApiException fault = await FailAsync(async stream =>
        {
            await using var secure = new SslStream(stream, leaveInnerStreamOpen: true);
            await secure.AuthenticateAsServerAsync(certificate);
            received = await secure.ReadAsync(new byte[1]);
        });
        certificate.Dispose();
        Assert.Equal(0, received);
        return fault;
    }

    private static async Task<FineTuningApiException> FailAsync(Func<Stream, Task> serve)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using TcpClient peer = await listener.AcceptTcpClientAsync();
            try
            {
                await serve(peer.GetStream());
                while (await peer.GetStream().ReadAsync(new byte[1024]) > 0) { }
            }
            catch (Exception e) when (e is IOException or AuthenticationException or ObjectDisposedException)
            {
                // The client went away, as it should.
            }
        });
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var client = new FineTuningClient(
            new ClientOptions { Endpoint = new Uri($"https://127.0.0.1:{port}/v1"), Clock = new TestClock() },
            Testing.Credential()
        );
        FineTuningApiException fault = await Testing.FailsAsync(() => client.GetJobAsync("ftjob-1"));
        await serving.WaitAsync(Testing.Timeout);
        Assert.Equal(ApiErrorKind.TlsFailed, fault.Kind);
        Assert.StartsWith($"No secure connection to 127.0.0.1:{port}: ", fault.Message, StringComparison.Ordinal);
        foreach (string word in new[] { "skip", "disable", "ignore", "switch off", "turn off" })
        {
            Assert.DoesNotContain(word, fault.Advice, StringComparison.OrdinalIgnoreCase);
        }

        return fault;
    }
}
