using System.Net;
using FineTuning.Core.Client;
using FineTuning.Core.Credentials;
using FineTuning.Core.Errors;
using FineTuning.Reliability.Tests.Support;
using Xunit;

namespace FineTuning.Reliability.Tests.Matrix;

/// <summary>What the page leaves out, since each platform has its own words for it.</summary>
public sealed class CertificateTests
{
    [Fact]
    public async Task An_expired_certificate_is_named_as_expired_and_gets_no_key()
    {
        await using TlsFront front = new();
        using ApiCredential credential = new KeyCredential(
            new NetworkCredential(string.Empty, "sk-test").SecurePassword
        );
        using FineTuningClient client = new(
            new ClientOptions { Endpoint = front.Url, Clock = new SkippingClock() },
            credential
        );

        FineTuningApiException error = await Assert.ThrowsAsync<FineTuningApiException>(() =>
            client.GetJobAsync("ftjob-x")
        );

        Assert.Equal(ApiErrorKind.TlsFailed, error.Kind);
        Assert.Contains("its certificate expired on ", error.Message);
        Assert.Equal((1, 0), (front.Handshakes, front.Requests));
    }
}
