using System.Text;
using System.Text.Json.Nodes;

namespace FineTuning.ExampleTrainer;

/// <summary>Lines in and out. UTF-8 without a byte order mark, whatever the console is set to.</summary>
internal static class Line
{
    private static readonly StreamReader s_input = new(Console.OpenStandardInput(), new UTF8Encoding(false));

    // Each line is sent at once: the server must not wait for a buffer to fill.
    private static readonly StreamWriter s_output = new(Console.OpenStandardOutput(), new UTF8Encoding(false))
    {
        AutoFlush = true,
        NewLine = "\n",
    };

    /// <summary>The next line; null when the server has closed the input, or has gone.</summary>
    public static JsonObject? Read() => s_input.ReadLine() is { } line ? JsonNode.Parse(line)!.AsObject() : null;

    public static void Write(JsonObject message)
    {
        string line = message.ToJsonString();
        lock (s_output)
        {
            s_output.WriteLine(line);
        }
    }
}
