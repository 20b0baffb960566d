using System.Globalization;
using System.Text.RegularExpressions;
using FineTuning.Server.Grading;
using FineTuning.Server.Training.External;

namespace FineTuning.Server.Tests.Training.External;

/// <summary>The programs that the tests let the server start.</summary>
internal static class ExternalPrograms
{
    /// <summary>Patience that a test can wait for, but a slow machine does not use up.</summary>
    public static readonly ExternalLimits Limits = new() { ExitTimeout = TimeSpan.FromSeconds(5) };

    /// <summary>The example as it is shipped.</summary>
    public static string ExamplePath => Path.Combine(AppContext.BaseDirectory, "FineTuning.ExampleTrainer.dll");

    public static ExternalTrainer Example(RecordingLog log) =>
        new(ExternalProgram.Find("dotnet", [ExamplePath], "example"), log, Limits);

    /// <summary>The example in Python.</summary>
    public static async Task<ExternalTrainer> PythonAsync(RecordingLog log) =>
        new(
            ExternalProgram.Find(
                await PythonInterpreter.FindAsync(),
                [Path.Combine(AppContext.BaseDirectory, "external-trainer.py")],
                "python"
            ),
            log,
            Limits
        );

    /// <summary>A program that says these lines; see its own summary for those with # at the beginning.</summary>
    public static ExternalTrainer Scripted(RecordingLog log, ExternalLimits limits, params string[] script) =>
        new(
            ExternalProgram.Find(
                "dotnet",
                [Path.Combine(AppContext.BaseDirectory, "FineTuning.ScriptedTrainer.dll"), .. script],
                "scripted"
            ),
            log,
            limits
        );

    public static ExternalTrainer Scripted(RecordingLog log, params string[] script) => Scripted(log, Limits, script);

    /// <summary>The processes that were started for something, in order.</summary>
    public static List<int> ProcessIds(RecordingLog log, string what) =>
        [
            .. log
                .Lines.Select(line => Regex.Match(line, $"{Regex.Escape(what)} is process ([0-9]+)"))
                .Where(match => match.Success)
                .Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)),
        ];
}
