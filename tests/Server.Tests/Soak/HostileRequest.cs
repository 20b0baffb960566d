using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace FineTuning.Server.Tests.Soak;

/// <summary>Bytes to send over a connection of their own.</summary>
/// <param name="Bytes">What is sent.</param>
/// <param name="IsHttp">It is a whole HTTP request, so that the server's own code answers it and not the one that reads
/// HTTP.</param>
internal sealed record HostileRequest(byte[] Bytes, bool IsHttp)
{
    public bool IsHead => Bytes.AsSpan().StartsWith("HEAD "u8);

    /// <summary>The beginning, readable.</summary>
    public override string ToString() =>
        string.Concat(
            Encoding
                .Latin1.GetString(Bytes.AsSpan(0, Math.Min(Bytes.Length, 2000)))
                .Select(letter => letter is >= ' ' and < '\x7f' or '\n' ? letter.ToString() : $"\\x{(int)letter:x2}")
        );
}

/// <summary>Makes requests from valid ones by going wrong in a random way, or in several. The seed decides them
/// all.</summary>
internal sealed class HostileRequests(int seed, HostileTargets targets)
{
    private readonly Random _random = new(seed);
    private readonly HostileJson _json = new(seed);

    public HostileRequest Next() =>
        _random.Next(10) switch
        {
            0 => Garbage(),
            1 => Upload(),
            < 5 => Body(),
            _ => Plain(),
        };

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    private bool Chance(int percent) => _random.Next(100) < percent;

    private string HostileText() => Pick(HostileTargets.Texts);

    private byte[] RandomBytes(int most)
    {
        byte[] bytes = new byte[_random.Next(1, most)];
        _random.NextBytes(bytes);
        return bytes;
    }

    private string Path(string template)
    {
        string path = template;
        foreach ((string name, string known) in targets.Known)
        {
            path = path.Replace(name, Chance(70) ? known : HostileText(), StringComparison.Ordinal);
        }

        return path;
    }

    private string Query()
    {
        if (Chance(60))
        {
            return string.Empty;
        }

        IEnumerable<string> pairs = Enumerable
            .Range(0, Chance(3) ? 400 : _random.Next(1, 5))
            .Select(_ =>
                Pick(HostileTargets.Parameters)
                + "="
                + (
                    Chance(50) ? Pick(HostileTargets.Values)
                    : Chance(50) ? targets.Known.Values.ElementAt(_random.Next(targets.Known.Count))
                    : HostileText()
                )
            );
        return "?" + string.Join('&', pairs);
    }

    private string Headers()
    {
        StringBuilder headers = new("Host: 127.0.0.1\r\nConnection: close\r\n");
        headers.Append(Chance(90) ? "Authorization: Bearer sk-admin-test\r\n" : Pick(HostileTargets.Authorizations));
        while (Chance(20))
        {
            headers.Append(Pick(HostileTargets.Headers));
        }

        return headers.ToString();
    }

    private HostileRequest Make(string method, string path, string contentType, byte[] body)
    {
        string head = $"{method} {path} HTTP/1.1\r\n{Headers()}";
        if (body.Length > 0 || method == "POST")
        {
            head +=
                $"Content-Type: {contentType}\r\nContent-Length: "
                + $"{body.Length.ToString(CultureInfo.InvariantCulture)}\r\n";
        }

        return new HostileRequest([.. Encoding.Latin1.GetBytes(head + "\r\n"), .. body], IsHttp: true);
    }

    private HostileRequest Plain()
    {
        (string method, string path) = Pick(HostileTargets.Paths);
        method = Chance(80) ? method : Pick(HostileTargets.Methods);
        return Make(method, Path(path) + Query(), "text/plain", Chance(10) ? RandomBytes(300) : []);
    }

    private HostileRequest Body()
    {
        (string path, string text) = Pick(HostileTargets.Bodies);
        foreach ((string name, string known) in targets.Known)
        {
            text = text.Replace(name, known, StringComparison.Ordinal);
        }

        byte[] body = _json.Mutate(JsonNode.Parse(text)!);
        string type = Chance(85) ? "application/json" : Pick(HostileTargets.ContentTypes);
        return Make(
            Chance(95) ? "POST" : Pick(HostileTargets.Methods),
            Path(path) + (Chance(10) ? Query() : string.Empty),
            type,
            body
        );
    }

    private HostileRequest Upload()
    {
        string boundary = Chance(85) ? "xxBOUNDARYxx" : Pick(["", "\"quoted\"", new string('b', 300), "a b", "--"]);
        StringBuilder body = new();
        for (int parts = Chance(3) ? 30 : _random.Next(0, 4); parts > 0; parts--)
        {
            string name = Pick([
                "file",
                "file",
                "purpose",
                "purpose",
                "expires_after[anchor]",
                "expires_after[seconds]",
                "data",
                HostileText(),
            ]);
            string file = name is "file" or "data"
                ? $"; filename=\"{(Chance(50) ? "train.jsonl" : HostileText())}\""
                : string.Empty;
            string disposition = Chance(90)
                ? $"Content-Disposition: form-data; name=\"{name}\"{file}"
                : Pick(HostileTargets.Dispositions);
            string content = name switch
            {
                "purpose" => Pick(["fine-tune", "fine-tune", "user_data", "", HostileText()]),
                "expires_after[anchor]" => Pick(["created_at", HostileText()]),
                "expires_after[seconds]" => Pick(HostileTargets.Values),
                _ => Chance(50) ? "{\"messages\":[]}\n" : Encoding.Latin1.GetString(RandomBytes(5000)),
            };
            body.Append(
                $"--{(Chance(95) ? boundary : "other")}\r\n{disposition}\r\n"
                    + $"{(Chance(95) ? "\r\n" : string.Empty)}{content}\r\n"
            );
        }

        body.Append(Chance(85) ? $"--{boundary}--\r\n" : string.Empty);
        byte[] bytes = Encoding.Latin1.GetBytes(body.ToString());
        if (Chance(10))
        {
            bytes = bytes[..(bytes.Length / 2)];
        }

        return Make(
            "POST",
            Path(Pick(["/v1/files", "/v1/files", "/v1/uploads/UPLOAD/parts"])),
            $"multipart/form-data; boundary={boundary}",
            bytes
        );
    }

    /// <summary>What is no HTTP request, or none that ends.</summary>
    private HostileRequest Garbage()
    {
        byte[] bytes = _random.Next(5) switch
        {
            0 => RandomBytes(2000),
            1 => Encoding.Latin1.GetBytes(Pick(HostileTargets.Malformed)),
            2 => Flip(Plain().Bytes),
            3 => Cut(Body().Bytes),
            _ => Cut(Upload().Bytes),
        };
        return new HostileRequest(bytes, IsHttp: false);
    }

    private byte[] Flip(byte[] bytes)
    {
        for (int i = _random.Next(1, 6); i > 0; i--)
        {
            bytes[_random.Next(bytes.Length)] ^= (byte)(1 << _random.Next(8));
        }

        return bytes;
    }

    private byte[] Cut(byte[] bytes) => bytes[.._random.Next(1, bytes.Length)];
}
