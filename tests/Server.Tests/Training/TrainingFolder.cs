using System.Text.Json;

namespace FineTuning.Server.Tests.Training;

/// <summary>A folder of its own for one test, with the files that it writes.</summary>
internal sealed class TrainingFolder : IDisposable
{
    private int _next;

    public string Path { get; } = Directory.CreateTempSubdirectory("ft-trainer-").FullName;

    /// <summary>A new empty folder in this one.</summary>
    public string NewFolder() => Directory.CreateDirectory(System.IO.Path.Combine(Path, $"work-{_next++}")).FullName;

    public string WriteLines(params IEnumerable<string> lines)
    {
        string path = System.IO.Path.Combine(Path, $"file-{_next++}.jsonl");
        File.WriteAllLines(path, lines);
        return path;
    }

    public string WritePairs(IEnumerable<(string Prompt, string Answer)> pairs) =>
        WriteLines(pairs.Select(pair => Chat(pair.Prompt, pair.Answer)));

    /// <summary>A file of questions with a right and a wrong answer each.</summary>
    public string WritePreferences(IEnumerable<(string Prompt, string Right, string Wrong)> pairs) =>
        WriteLines(pairs.Select(pair => Preference(pair.Prompt, pair.Right, pair.Wrong)));

    /// <summary>A file of questions and the answers that a grader compares with.</summary>
    public string WriteItems(IEnumerable<(string Prompt, string Answer)> pairs) =>
        WriteLines(pairs.Select(pair => Item(pair.Prompt, pair.Answer)));

    public static string Preference(string prompt, string right, string wrong) =>
        JsonSerializer.Serialize(
            new
            {
                input = new { messages = new[] { new { role = "user", content = prompt } } },
                preferred_output = new[] { new { role = "assistant", content = right } },
                non_preferred_output = new[] { new { role = "assistant", content = wrong } },
            }
        );

    public static string Item(string prompt, string answer) =>
        JsonSerializer.Serialize(
            new { messages = new[] { new { role = "user", content = prompt } }, reference_answer = answer }
        );

    /// <summary>A line of one question and one answer.</summary>
    public static string Chat(string prompt, string answer) =>
        JsonSerializer.Serialize(
            new
            {
                messages = new[]
                {
                    new { role = "user", content = prompt },
                    new { role = "assistant", content = answer },
                },
            }
        );

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
