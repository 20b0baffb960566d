namespace FineTuning.Core.Errors;

/// <summary>Says why two sides did not come to TLS at all, which the platforms tell in their libraries' words
/// only.</summary>
internal static class HandshakeFaults
{
    // OpenSSL's words, those of Windows, and those of .NET.
    private static readonly string[] s_noTls =
    [
        "wrong version number",
        "frame size",
        "corrupted frame",
        "http request",
        "packet length too long",
        "record layer failure",
    ];
    private static readonly string[] s_nothingInCommon =
    [
        "protocol version",
        "unsupported protocol",
        "common algorithm",
        "no protocols available",
        "handshake failure",
        "no shared cipher",
        "no cipher match",
        "create SSL/TLS secure channel",
    ];

    /// <summary>Explains an exception's words; null if they are unknown.</summary>
    public static TlsFault? Explain(Exception e, string host)
    {
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
        {
            if (Says(inner, s_noTls))
            {
                return new TlsFault(
                    "it does not speak TLS at this port",
                    "Check the port, and whether the address begins with http:// instead."
                );
            }

            if (Says(inner, s_nothingInCommon))
            {
                return new TlsFault(
                    "it has no version of TLS, or no cipher, in common with this machine",
                    $"Whoever runs {host} has to allow TLS 1.2 or later; an old Windows has to have TLS 1.2 switched "
                        + $"on."
                );
            }
        }

        return null;
    }

    private static bool Says(Exception e, string[] words) =>
        Array.Exists(words, w => e.Message.IndexOf(w, StringComparison.OrdinalIgnoreCase) >= 0);
}
