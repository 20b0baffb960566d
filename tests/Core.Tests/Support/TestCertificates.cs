using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FineTuning.Core.Tests.Support;

/// <summary>Certificates that are made for a test and are in memory only. No machine trusts them.</summary>
internal static class TestCertificates
{
    private static readonly DateTimeOffset s_today = DateTimeOffset.UtcNow.Date;

    /// <summary>One that signed itself.</summary>
    /// <param name="name">The host it is for.</param>
    /// <param name="fromDays">Days from today to its first day.</param>
    /// <param name="toDays">Days from today to its last day.</param>
    public static X509Certificate2 SelfSigned(string name = "127.0.0.1", int fromDays = -1, int toDays = 1)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 made = Request(name, key)
            .CreateSelfSigned(s_today.AddDays(fromDays), s_today.AddDays(toDays));
        return Load(made);
    }

    /// <summary>One of an authority that nobody has heard of.</summary>
    public static X509Certificate2 OfUnknownAuthority(string name = "127.0.0.1")
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest("CN=A Test Authority", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true)
        );
        using X509Certificate2 root = rootRequest.CreateSelfSigned(s_today.AddDays(-2), s_today.AddDays(2));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 issued = Request(name, key)
            .Create(root, s_today.AddDays(-1), s_today.AddDays(1), [1, 2, 3]);
        using X509Certificate2 made = issued.CopyWithPrivateKey(key);
        return Load(made);
    }

    private static CertificateRequest Request(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out IPAddress? address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        return request;
    }

    // Windows does not take a key that is in memory only.
    private static X509Certificate2 Load(X509Certificate2 made) =>
        X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
}
