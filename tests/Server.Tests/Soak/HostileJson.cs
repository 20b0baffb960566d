using System.Text;
using System.Text.Json.Nodes;

namespace FineTuning.Server.Tests.Soak;

/// <summary>Spoils a JSON body: in its tree, in its text, or in its bytes.</summary>
internal sealed class HostileJson(int seed)
{
    private const string Mark = "MARK-FOR-RAW-TEXT";

    /// <summary>Text that stands in the place of a value; not all of it is JSON.</summary>
    private static readonly string[] s_values =
    [
        "null",
        "true",
        "\"\"",
        "\" \"",
        "0",
        "-0",
        "-1",
        "1.5",
        "1e3",
        "1e400",
        "-1e400",
        "1e-400",
        "2147483648",
        "9223372036854775808",
        "18446744073709551616",
        "99999999999999999999999999999999999999999999",
        "{}",
        "[]",
        "[null]",
        "[[]]",
        "{\"\":\"\"}",
        "\"auto\"",
        "\"AUTO\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"\\u202e\\ufeff\"",
        "\"\xff\xfe\"",
        "\"\xc0\xaf\"",
        "\"\xed\xa0\x80\"",
        "NaN",
        "Infinity",
        "01",
        "+1",
        "'x'",
        "{\"a\":1,\"a\":2}",
        "\"../../etc/passwd\"",
        "\"{{item}}\"",
        "\"{{ sample.output_json.a.b.c }}\"",
        "\"{{\"",
        "\"data:text/html,<script>\"",
        "[1,2,3,4,5,6,7,8,9,10]",
        "{\"type\":\"python\",\"source\":\"import os\"}",
        "{\"type\":\"multi\",\"graders\":{},\"calculate_output\":\"1/0\"}",
        "\"supervised\"",
        "\"reinforcement\"",
    ];

    private readonly Random _random = new(seed + 1);

    public byte[] Mutate(JsonNode valid)
    {
        if (_random.Next(6) == 0)
        {
            return Latin(valid.ToJsonString());
        }

        string value = Value();
        Spoil(valid);
        string text = valid.ToJsonString().Replace($"\"{Mark}\"", value, StringComparison.Ordinal);
        byte[] bytes = Latin(text);
        return _random.Next(12) switch
        {
            0 => bytes[.._random.Next(bytes.Length + 1)],
            1 => Flip(bytes),
            2 => [0xef, 0xbb, 0xbf, .. bytes],
            3 => [.. bytes, .. Latin(" x")],
            4 => Encoding.Unicode.GetBytes(text),
            _ => bytes,
        };
    }

    /// <summary>One character a byte, so that text can hold bytes that are no UTF-8.</summary>
    private static byte[] Latin(string text) => Encoding.Latin1.GetBytes(text);

    private string Value() =>
        _random.Next(14) switch
        {
            0 => new string('[', 20_000) + new string(']', 20_000),
            1 => string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1" + new string('}', 5000),
            2 => "\"" + new string('x', _random.Next(1, 300_000)) + "\"",
            3 => "[" + string.Join(',', Enumerable.Repeat("\"x\"", 5000)) + "]",
            4 => "{" + string.Join(',', Enumerable.Range(0, 2000).Select(i => $"\"k{i}\":\"v\"")) + "}",
            _ => s_values[_random.Next(s_values.Length)],
        };

    private byte[] Flip(byte[] bytes)
    {
        for (int i = _random.Next(1, 5); i > 0 && bytes.Length > 0; i--)
        {
            bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
        }

        return bytes;
    }

    private void Spoil(JsonNode root)
    {
        List<JsonNode> containers = [.. Containers(root)];
        JsonNode chosen = containers[_random.Next(containers.Count)];
        if (chosen is JsonObject record && record.Count > 0)
        {
            string name = record.ElementAt(_random.Next(record.Count)).Key;
            switch (_random.Next(5))
            {
                case 0:
                    record.Remove(name);
                    break;
                case 1:
                    JsonNode? moved = record[name]?.DeepClone();
                    record.Remove(name);
                    record[name + "x"] = moved;
                    break;
                default:
                    record[name] = Mark;
                    break;
            }
        }
        else if (chosen is JsonArray list && list.Count > 0)
        {
            list[_random.Next(list.Count)] = Mark;
        }
    }

    private static IEnumerable<JsonNode> Containers(JsonNode node)
    {
        IEnumerable<JsonNode?> inner = node switch
        {
            JsonObject record => record.Select(pair => pair.Value),
            JsonArray list => list,
            _ => [],
        };
        return node is JsonValue ? [] : [node, .. inner.OfType<JsonNode>().SelectMany(Containers)];
    }
}
