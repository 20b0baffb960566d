using System.Text.Json.Nodes;

namespace FineTuning.ExampleTrainer;

/// <summary>
/// An example of a program that trains for the local server: see docs/external-trainer.md. It is started with no more
/// than its own arguments; the first line of its input says what to do. What it says goes to its output, a JSON object
/// a line, and nothing else may be written there. Words for people go to standard error.
/// </summary>
internal static class Program
{
    private static int Main()
    {
        // Ctrl+C in a terminal reaches this program, too; the server says what is to be done.
        Console.CancelKeyPress += (_, e) => e.Cancel = true;
        try
        {
            JsonObject order =
                Line.Read() ?? throw new InvalidDataException("Standard input ended before it said what to do.");
            if ((int?)order["protocol"] != 1)
            {
                throw new InvalidDataException("Only version 1 of the protocol is known here.");
            }

            switch ((string?)order["type"])
            {
                case "plan":
                    Line.Write(new Job(order).Plan());
                    break;
                case "train":
                    Training.Run(new Job(order));
                    break;
                case "serve":
                    Chat.Run((string)order["model_path"]!);
                    break;
                default:
                    throw new InvalidDataException($"The order '{order["type"]}' is not known here.");
            }

            return 0;
        }
        catch (RefusedException e)
        {
            // The job cannot be done: the user sees these words, and the program is not started again.
            Line.Write(
                new JsonObject
                {
                    ["type"] = "error",
                    ["code"] = e.Code,
                    ["message"] = e.Message,
                    ["param"] = e.Param,
                }
            );
            return 1;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            Line.Write(
                new JsonObject
                {
                    ["type"] = "error",
                    ["code"] = "trainer_error",
                    ["message"] = e.Message,
                }
            );
            return 1;
        }
    }
}

/// <summary>The job cannot be done; the message is for its user.</summary>
internal sealed class RefusedException(string code, string message, string? param) : Exception(message)
{
    public string Code { get; } = code;

    public string? Param { get; } = param;
}
