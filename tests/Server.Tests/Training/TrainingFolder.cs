using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
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
        var path = System.IO.Path.Combine(Path, $"file-{_next++}.jsonl");
        File.WriteAllLines(path, lines);
        return path;
    }

    public string WritePairs(IEnumerable<(string Prompt, string Answer)> pairs) => WriteLines(pairs.Select(pair => Chat(pair.Prompt, pair.Answer)));

    /// <summary>A line of one question and one answer.</summary>
    public static string Chat(string prompt, string answer) => JsonSerializer.Serialize(new
    {
        messages = new[] { new { role = "user", content = prompt }, new { role = "assistant", content = answer } },
    });

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
