using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace FineTuning.ScriptedTrainer;

/// <summary>
/// A trainer that misbehaves as a test wants. Each argument is a line that it says, or with # at its beginning
/// something that it does. It gives every job a plan of four steps.
/// </summary>
internal static class Program
{
    private static bool s_isServing;

    private static int Main(string[] script)
    {
        if (script is ["--sleep"])
        {
            Thread.Sleep(Timeout.Infinite);
        }

        JsonObject order = JsonNode.Parse(Console.In.ReadLine()!)!.AsObject();
        if ((string?)order["type"] == "plan")
        {
            Console.WriteLine(
                """{"type":"plan","n_epochs":2,"batch_size":1,"learning_rate_multiplier":0.5,"examples":2,"total_steps":4}"""
            );
            return 0;
        }

        s_isServing = (string?)order["type"] == "serve";
        if (order["work_folder"] is { } folder)
        {
            Directory.SetCurrentDirectory((string)folder!);
        }

        return Run(script);
    }

    private static int Run(string[] script)
    {
        foreach (string line in script)
        {
            if (!line.StartsWith('#'))
            {
                Console.WriteLine(line);
                continue;
            }

            string[] words = line.Split(' ', 3);
            string first = words.Length > 1 ? words[1] : string.Empty,
                second = words.Length > 2 ? words[2] : string.Empty;
            switch (words[0])
            {
                case "#exit":
                    return int.Parse(first, CultureInfo.InvariantCulture);
                case "#hang":
                    Thread.Sleep(Timeout.Infinite);
                    break;
                case "#await":
                    Await(first);
                    break;
                case "#stderr":
                    Console.Error.WriteLine(line["#stderr ".Length..]);
                    break;
                case "#flood":
                    for (int i = 0; i < int.Parse(first, CultureInfo.InvariantCulture); i++)
                    {
                        Console.Error.WriteLine($"flood {i}");
                    }

                    break;
                case "#repeat":
                    for (int i = 0; i < int.Parse(first, CultureInfo.InvariantCulture); i++)
                    {
                        Console.WriteLine(second);
                    }

                    break;
                case "#long":
                    Console.Out.Write(new string('x', int.Parse(first, CultureInfo.InvariantCulture)));
                    break;
                case "#half":
                    Console.Out.Write(line["#half ".Length..]);
                    break;
                case "#file":
                    Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(first))!);
                    File.WriteAllText(first, second);
                    break;
                case "#link":
                    File.CreateSymbolicLink(first, second);
                    break;
                case "#once":
                    // What follows is done by the first start only.
                    if (File.Exists(first))
                    {
                        return Run(script[(Array.IndexOf(script, "#then") + 1)..]);
                    }

                    File.WriteAllText(first, string.Empty);
                    break;
                case "#serving":
                    // What follows is done by the one that holds a model only.
                    if (!s_isServing)
                    {
                        return Run(script[(Array.IndexOf(script, "#then") + 1)..]);
                    }

                    break;
                case "#then":
                    return 0;
                case "#child":
                    using (
                        var child = Process.Start(
                            Environment.ProcessPath!,
                            [typeof(Program).Assembly.Location, "--sleep"]
                        )
                    )
                    {
                        Console.Error.WriteLine($"child {child.Id}");
                    }

                    break;
                case "#variable":
                    Console.Error.WriteLine($"{first}={Environment.GetEnvironmentVariable(first)}");
                    break;
                default:
                    throw new ArgumentException(line);
            }
        }

        return 0;
    }

    private static void Await(string type)
    {
        while (Console.In.ReadLine() is { } line)
        {
            JsonObject message = JsonNode.Parse(line)!.AsObject();
            if ((string?)message["type"] == type)
            {
                Console.Error.WriteLine($"heard {line}");
                return;
            }
        }

        Environment.Exit(3);
    }
}
