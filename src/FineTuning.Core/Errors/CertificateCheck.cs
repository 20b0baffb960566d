using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace FineTuning.Core.Errors;

/// <summary>
/// Remembers what was wrong with a certificate, which the platforms tell in part or not at all. It takes exactly what
/// the platform takes; also where another module of the process has told .NET Framework to take everything.
/// </summary>
internal sealed class CertificateCheck
{
    private volatile TlsFault? _last;

    /// <summary>What was wrong with the last certificate that was not taken; null if it was taken since.</summary>
    public TlsFault? Last => _last;

    /// <summary>Whether the certificate is accepted.</summary>
    /// <param name="host">The name that was connected to.</param>
    /// <param name="certificate">What the server showed.</param>
    /// <param name="chain">The platform's chain to a root.</param>
    /// <param name="errors">The platform's findings.</param>
    public bool Accept(string host, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
        {
            _last = null;
            return true;
        }

        // The machine's own time, by which the platform judges.
        _last = CertificateFaults.Explain(host, certificate, chain, errors, DateTimeOffset.UtcNow);
        return false;
    }
}
