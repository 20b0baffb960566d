using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FineTuning.Server.Hosting;

/// <summary>Where the server listens.</summary>
/// <param name="Address">An address of this machine, or the one that stands for all.</param>
/// <param name="Port">0 picks a free one.</param>
internal sealed record ListenAddress(IPAddress Address, int Port)
{
    private const string Scheme = "http://";

    /// <summary>A free port that only this machine can reach.</summary>
    public static ListenAddress Default { get; } = new(IPAddress.Loopback, 0);

    public bool IsLoopback => IPAddress.IsLoopback(Address);

    /// <summary>Whether it stands for all addresses of this machine.</summary>
    public bool IsAny => Address.Equals(IPAddress.Any) || Address.Equals(IPAddress.IPv6Any);

    /// <summary>Reads an address such as <c>http://127.0.0.1:5005</c>, <c>http://[::1]:0</c> or
    /// <c>http://*:5005</c>.</summary>
    /// <exception cref="OptionException">It is none.</exception>
    public static ListenAddress Parse(string option, string text)
    {
        if (text.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            throw new OptionException(
                option,
                $"This server speaks http only. For https, put a reverse proxy in front of it and name its host with "
                    + $"--allow-host."
            );
        }

        string rest = text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? text[Scheme.Length..].TrimEnd('/')
            : string.Empty;
        int colon = rest.LastIndexOf(':');
        if (
            colon <= 0
            || !int.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            || port > IPEndPoint.MaxPort
            || AddressOf(rest[..colon]) is not { } address
        )
        {
            throw new OptionException(
                option,
                $"It takes one address with a port, such as http://127.0.0.1:5005, http://[::1]:0 or http://*:5005, "
                    + $"not '{text}'."
            );
        }

        return new ListenAddress(address, port);
    }

    /// <summary>A URL under which a program on this machine reaches it.</summary>
    public string UrlAt(int port) => Scheme + new IPEndPoint(IsAny ? IPAddress.Loopback : Address, port);

    private static IPAddress? AddressOf(string host)
    {
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return IPAddress.Loopback;
        }

        if (host is "*" or "+")
        {
            return Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        }

        // Short forms such as 127.1 are nobody's intention.
        return host.StartsWith('[') && host.EndsWith(']')
            ? IPAddress.TryParse(host[1..^1], out IPAddress? six) && six.AddressFamily == AddressFamily.InterNetworkV6
                ? six
                : null
            : IPAddress.TryParse(host, out IPAddress? four)
            && four.AddressFamily == AddressFamily.InterNetwork
            && four.ToString() == host
                ? four
                : null;
    }
}
