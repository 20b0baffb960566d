using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Core.Datasets;

namespace FineTuning.Core.Tests.Datasets;

// Makes random examples the service would take, and ways to spoil them.
internal sealed class ExampleGenerator(Random random)
{
    private static readonly string[] s_words =
    [
        "Hi",
        "naïve",
        "日本語",
        "😀",
        "مرحبا",
        "a\"b",
        "back\\slash",
        "tab\there",
        "line\nfeed",
        "C#",
        "{not json",
        "\u00a0",
        "0",
    ];

    private int _serial;

    public DatasetFormat AnyFormat() => (DatasetFormat)random.Next(1, 5);

    public string[] Dataset(DatasetFormat format, int count) =>
        Enumerable.Range(0, count).Select(_ => Write(Example(format))).ToArray();

    // Returns what was done, and the line with an error in it.
    public (string Kind, string Line) Corrupt(string line, DatasetFormat format)
    {
        JsonObject example = JsonNode.Parse(line)!.AsObject();
        while (true)
        {
            switch (random.Next(10))
            {
                case 0:
                    return ("cut", line[..random.Next(1, line.Length)]);
                case 1:
                    return ("doubled", line + line);
                case 2:
                    return ("in a list", "[" + line + "]");
                case 3:
                    return ("trailing comma", line[..^1] + ",}");
                case 4 when format != DatasetFormat.Reinforcement:
                    example["extra_key"] = 1;
                    return ("extra key", Write(example));
                case 5:
                    example.Remove(
                        format switch
                        {
                            DatasetFormat.Completion => "completion",
                            DatasetFormat.Preference => "preferred_output",
                            _ => "messages",
                        }
                    );
                    return ("key removed", Write(example));
                case 6 when Messages(example) is { } messages:
                    messages[random.Next(messages.Count)]!["role"] = Pick("User", "human", "assistent", "");
                    return ("role", Write(example));
                case 7 when Messages(example) is { } messages:
                    messages[random.Next(messages.Count)]!["content"] = JsonValue.Create(random.Next());
                    return ("content", Write(example));
                case 8 when Messages(example) is { } messages:
                    messages[random.Next(messages.Count)]!.AsObject().Remove("role");
                    return ("no role", Write(example));
                case 9 when Messages(example) is { } messages:
                    messages.Clear();
                    return ("no messages", Write(example));
            }
        }
    }

    private static JsonArray? Messages(JsonObject example) =>
        (example["messages"] ?? example["input"]?["messages"])?.AsArray();

    private JsonObject Example(DatasetFormat format) =>
        format switch
        {
            DatasetFormat.Chat => Chat(),
            DatasetFormat.Completion => Shuffled(("prompt", Text()), ("completion", Text())),
            DatasetFormat.Preference => Shuffled(
                ("input", new JsonObject { ["messages"] = Prompt() }),
                ("preferred_output", new JsonArray(Assistant())),
                ("non_preferred_output", new JsonArray(Assistant()))
            ),
            _ => Shuffled(
                ("messages", Prompt()),
                ("answer", Text()),
                ("rubric", new JsonObject { ["points"] = random.Next() })
            ),
        };

    private JsonObject Chat()
    {
        JsonArray messages = Prompt();
        if (random.Next(4) == 0)
        {
            string id = "call_" + random.Next();
            messages.Add(
                Shuffled(
                    ("role", "assistant"),
                    ("content", null),
                    (
                        "tool_calls",
                        new JsonArray(
                            Shuffled(
                                ("id", id),
                                ("type", "function"),
                                (
                                    "function",
                                    Shuffled(("name", "look_up"), ("arguments", "{\"q\":\"" + _serial + "\"}"))
                                )
                            )
                        )
                    )
                )
            );
            messages.Add(Shuffled(("role", "tool"), ("tool_call_id", id), ("content", Text())));
        }

        messages.Add(Assistant());
        List<(string, JsonNode?)> keys = [("messages", messages)];
        if (random.Next(3) == 0)
        {
            keys.Add(
                (
                    "tools",
                    new JsonArray(
                        Shuffled(
                            ("type", "function"),
                            (
                                "function",
                                Shuffled(
                                    ("name", "look_up"),
                                    (
                                        "parameters",
                                        new JsonObject { ["type"] = "object", ["properties"] = new JsonObject() }
                                    )
                                )
                            )
                        )
                    )
                )
            );
            keys.Add(("parallel_tool_calls", random.Next(2) == 0));
        }

        return Shuffled([.. keys]);
    }

    private JsonArray Prompt()
    {
        JsonArray messages = [];
        if (random.Next(2) == 0)
        {
            messages.Add(Shuffled(("role", Pick("system", "developer")), ("content", Text())));
        }

        for (int i = random.Next(3); i > 0; i--)
        {
            messages.Add(UserMessage());
            messages.Add(Shuffled(("role", "assistant"), ("content", Text())));
        }

        messages.Add(UserMessage());
        return messages;
    }

    private JsonObject UserMessage()
    {
        JsonNode content =
            random.Next(4) == 0
                ? new JsonArray(
                    Shuffled(("type", "text"), ("text", Text())),
                    Shuffled(
                        ("type", "image_url"),
                        ("image_url", new JsonObject { ["url"] = "https://example.com/" + random.Next() })
                    )
                )
                : Text();
        return random.Next(5) == 0
            ? Shuffled(("role", "user"), ("name", "ann"), ("content", content))
            : Shuffled(("role", "user"), ("content", content));
    }

    private JsonObject Assistant() =>
        random.Next(5) == 0
            ? Shuffled(("role", "assistant"), ("content", Text()), ("weight", 1))
            : Shuffled(("role", "assistant"), ("content", Text()));

    // Never twice the same, so that nothing is a duplicate by chance.
    private JsonValue Text() =>
        JsonValue.Create(
            string.Join(" ", Enumerable.Range(0, random.Next(1, 6)).Select(_ => Pick(s_words))) + " " + _serial++
        );

    private string Pick(params string[] from) => from[random.Next(from.Length)];

    // Keys come in any order.
    private JsonObject Shuffled(params (string Key, JsonNode? Value)[] properties)
    {
        random.Shuffle(properties);
        return new JsonObject(properties.Select(property => KeyValuePair.Create(property.Key, property.Value)));
    }

    // As several programs would write it: with and without escapes, with and without spaces.
    private string Write(JsonObject example)
    {
        JsonSerializerOptions options = new();
        if (random.Next(2) == 0)
        {
            options.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        }

        return example.ToJsonString(options);
    }
}
