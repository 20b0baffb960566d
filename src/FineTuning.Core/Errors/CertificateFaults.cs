using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace FineTuning.Core.Errors;

/// <summary>Says what is wrong with a certificate, and what to do about it.</summary>
internal static class CertificateFaults
{
    private const X509ChainStatusFlags Untrusted =
        X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain;
    private const X509ChainStatusFlags Unsure =
        X509ChainStatusFlags.RevocationStatusUnknown | X509ChainStatusFlags.OfflineRevocation;

    /// <summary>Explains the platform's findings.</summary>
    public static TlsFault Explain(
        string host,
        X509Certificate2? certificate,
        X509Chain? chain,
        SslPolicyErrors errors,
        DateTimeOffset now
    )
    {
        X509ChainStatusFlags flags =
            chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status)
            ?? X509ChainStatusFlags.NoError;
        X509Certificate2? outOfTime = chain
            ?.ChainElements.Cast<X509ChainElement>()
            .Select(e => e.Certificate)
            .FirstOrDefault(c => IsOutOfTime(c, now));
        return Explain(host, certificate, errors, flags, outOfTime ?? certificate, now);
    }

    /// <summary>Explains findings; the worst comes first.</summary>
    /// <param name="host">The name that was connected to.</param>
    /// <param name="certificate">What the server showed.</param>
    /// <param name="errors">The platform's findings.</param>
    /// <param name="chain">Its findings about the chain.</param>
    /// <param name="outOfTime">The certificate of the chain that is out of its time, if one is.</param>
    /// <param name="now">The machine's clock.</param>
    internal static TlsFault Explain(
        string host,
        X509Certificate2? certificate,
        SslPolicyErrors errors,
        X509ChainStatusFlags chain,
        X509Certificate2? outOfTime,
        DateTimeOffset now
    )
    {
        if (certificate is null)
        {
            return new TlsFault("it showed no certificate", $"Check the address and the port of {host}.");
        }

        List<TlsFault> found = [];
        string issuer = Name(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true));
        if (Has(X509ChainStatusFlags.Revoked))
        {
            found.Add(
                new TlsFault(
                    $"its certificate was revoked by {issuer}",
                    $"Do not go on: whoever runs {host} has to replace it."
                )
            );
        }

        if ((errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0)
        {
            found.Add(
                new TlsFault(
                    $"its certificate is for {Names(certificate)}, not for {host}",
                    "Connect to a name that the certificate has. If the name is right, something else answers in the "
                        + "server's place."
                )
            );
        }

        if (Has(X509ChainStatusFlags.NotTimeValid) && outOfTime is not null)
        {
            found.Add(OutOfTime(host, certificate, outOfTime, now));
        }

        if (Has(Untrusted))
        {
            found.Add(Distrusted(host, certificate, issuer, Has(X509ChainStatusFlags.PartialChain)));
        }

        if (Has(Unsure))
        {
            found.Add(
                new TlsFault(
                    $"whether its certificate was revoked could not be found out from {issuer}",
                    "Let this machine reach the authority's addresses for revocations, which a firewall or a proxy "
                        + "may keep from it."
                )
            );
        }

        X509ChainStatusFlags rest =
            chain & ~(Untrusted | Unsure | X509ChainStatusFlags.Revoked | X509ChainStatusFlags.NotTimeValid);
        if (rest != X509ChainStatusFlags.NoError || found.Count == 0)
        {
            found.Add(
                new TlsFault(
                    $"its certificate is not in order "
                        + $"({(rest == X509ChainStatusFlags.NoError ? errors.ToString() : rest.ToString())})",
                    $"Whoever runs {host} has to replace it."
                )
            );
        }

        return new TlsFault(
            string.Join("; ", found.Select(f => f.What)),
            string.Join(" ", found.Select(f => f.Advice))
        );

        bool Has(X509ChainStatusFlags any) => (chain & any) != 0;
    }

    private static bool IsOutOfTime(X509Certificate2 certificate, DateTimeOffset now) =>
        certificate.NotAfter.ToUniversalTime() < now.UtcDateTime
        || certificate.NotBefore.ToUniversalTime() > now.UtcDateTime;

    private static TlsFault OutOfTime(
        string host,
        X509Certificate2 certificate,
        X509Certificate2 outOfTime,
        DateTimeOffset now
    )
    {
        string whose = outOfTime.Equals(certificate)
            ? "its certificate"
            : $"the certificate of {Name(outOfTime.GetNameInfo(X509NameType.SimpleName, forIssuer: false))}, on "
                + $"which its own rests,";
        return outOfTime.NotBefore.ToUniversalTime() > now.UtcDateTime
            ? new TlsFault(
                $"{whose} is not valid before {Day(outOfTime.NotBefore)}, and this machine's clock says "
                    + $"{Day(now.UtcDateTime)}",
                "Set this machine's clock: it is most likely slow."
            )
            : new TlsFault(
                $"{whose} expired on {Day(outOfTime.NotAfter)}, and this machine's clock says {Day(now.UtcDateTime)}",
                $"If the clock is right, whoever runs {host} has to renew the certificate; else set the clock."
            );
    }

    private static TlsFault Distrusted(string host, X509Certificate2 certificate, string issuer, bool isPartial)
    {
        const string Install =
            "If a company's proxy that opens TLS, or an authority of your own, has issued it, install that "
            + "authority's root certificate "
            + "among the trusted roots of this machine; if you do not know who has, somebody may be reading along.";
        if (certificate.SubjectName.RawData.SequenceEqual(certificate.IssuerName.RawData))
        {
            return new TlsFault($"its certificate was signed by nobody but itself ({issuer})", Install);
        }

        return isPartial
            ? new TlsFault(
                $"its certificate is of {issuer}, from which no way to an authority was found that this machine trusts",
                $"Whoever runs {host} may have to send the intermediate certificates too. {Install}"
            )
            : new TlsFault(
                $"its certificate is of {issuer}, which leads to an authority that this machine does not trust",
                Install
            );
    }

    private static string Names(X509Certificate2 certificate)
    {
        List<string> names = [];
#if NET
        IEnumerable<X509SubjectAlternativeNameExtension> extensions =
            certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>();
        foreach (X509SubjectAlternativeNameExtension extension in extensions)
        {
            names.AddRange(extension.EnumerateDnsNames());
            names.AddRange(extension.EnumerateIPAddresses().Select(a => a.ToString()));
        }
#endif
        if (names.Count == 0)
        {
            names.Add(certificate.GetNameInfo(X509NameType.DnsName, forIssuer: false));
        }

        return string.Join(", ", names.Take(3).Select(Name)) + (names.Count > 3 ? " and others" : string.Empty);
    }

    /// <summary>Names of certificates come from anybody: no control characters, and not too long.</summary>
    private static string Name(string name)
    {
        string clean = new([.. name.Where(c => !char.IsControl(c)).Take(100)]);
        return clean.Length == 0 ? "a nameless one" : $"'{clean}'";
    }

    private static string Day(DateTime time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
