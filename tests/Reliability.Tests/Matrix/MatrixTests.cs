using System.Runtime.CompilerServices;
using Xunit;

namespace FineTuning.Reliability.Tests.Matrix;

/// <summary>What must hold in every cell, and the page that tells all of them.</summary>
[Collection("one at a time")]
public sealed class MatrixTests(MatrixRun run) : IClassFixture<MatrixRun>
{
    /// <summary>Set to 1 to write the page instead of comparing with it.</summary>
    public const string WriteVariable = "FINETUNING_WRITE_DOCS";

    // Of one request; an upload has three of its parts.
    private const int MaxRequests = 4,
        MaxParts = 6;

    private const string Begin = "<!-- begin matrix: written by ./build.ps1 docs -->",
        End = "<!-- end matrix -->";

    private IEnumerable<(Operation Operation, Fault Fault, bool Lasts, CellResult Result)> Changing =>
        run.Results.Where(cell => cell.Operation.Count is not null);

    [Fact]
    public void Every_cell_ran_and_gave_what_was_asked_for_or_an_error() => None(run.Failures);

    [Fact]
    public void No_key_goes_to_another_host_or_through_a_bad_certificate() => Assert.Equal(0, run.Betrayals);

    [Fact]
    public void No_request_is_sent_that_the_client_does_not_know_of() =>
        None(
            run.Results.Where(cell =>
                cell.Fault.Place == FaultPlace.Server && cell.Result.Sent != cell.Result.AllRequests
            )
        );

    [Fact]
    public void A_fault_that_passes_ends_nothing() =>
        None(
            run.Results.Where(cell =>
                cell.Fault.IsPassing
                && !cell.Lasts
                && cell.Result.Error is not null
                && !IsOpenEnd(cell.Operation, cell.Result)
            )
        );

    [Fact]
    public void A_strange_answer_is_taken() =>
        None(run.Results.Where(cell => cell.Fault.IsHarmless && cell.Result.Error is not null));

    [Fact]
    public void Nothing_is_asked_for_again_and_again() =>
        None(
            run.Results.Where(cell =>
                cell.Operation.Section.TellsRequests
                && cell.Operation.PollResult is null
                && cell.Result.Requests > (cell.Operation.Point == "AddUploadPart" ? MaxParts : MaxRequests)
            )
        );

    [Fact]
    public void Nothing_is_doubled_and_what_works_is_there() =>
        None(
            Changing.Where(cell =>
                cell.Operation.Section == Section.Deletes
                    ? cell.Result.Error is null && cell.Result.Count != 0
                    : (cell.Result.Count > 1 && !cell.Operation.MayRepeat)
                        || (cell.Result.Error is null && cell.Result.Count < 1)
            )
        );

    [Fact]
    public void An_error_about_something_that_was_done_says_that_it_may_have_worked() =>
        None(
            Changing.Where(cell =>
                cell.Result.Error is not null
                && !cell.Result.MayHaveWorked
                && (cell.Result.Count > 0) != (cell.Operation.Section == Section.Deletes)
            )
        );

    [Fact]
    public void The_page_tells_what_was_seen()
    {
        string path = Path.Combine(Path.GetDirectoryName(Here())!, "../../../docs/reliability.md");
        string text = File.ReadAllText(path);
        int from = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length,
            to = text.IndexOf(End, StringComparison.Ordinal);
        Assert.True(
            from >= Begin.Length && to >= from,
            $"'{path}' has no lines '{Begin}' and '{End}' to write between."
        );
        string[] told = text[from..to].ReplaceLineEndings("\n").Split('\n'),
            seen = ["", .. new Page(run).Write()];
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
        {
            File.WriteAllText(path, $"{text[..from]}{string.Join('\n', seen)}{text[to..]}");
            return;
        }

        string[] differences =
        [
            .. told.Except(seen).Select(line => "- " + line),
            .. seen.Except(told).Select(line => "+ " + line),
        ];
        Assert.True(
            told.SequenceEqual(seen),
            $"docs/reliability.md does not tell what was seen. If the change is meant, ./build.ps1 docs writes it "
                + $"anew.\n{string.Join('\n', differences)}"
        );
    }

    /// <summary>What is created once is not asked for again when it is not found: the error says how it
    /// stands.</summary>
    private static bool IsOpenEnd(Operation operation, CellResult result) =>
        result.MayHaveWorked && (operation.MayEndOpen || (operation.PollResult is not null && result.Count == 0));

    private static string Here([CallerFilePath] string path = "") => path;

    private static void None(IEnumerable<(Operation Operation, Fault Fault, bool Lasts, CellResult Result)> wrong) =>
        None(
            wrong.Select(cell => $"{cell.Operation}, {cell.Fault}, {(cell.Lasts ? "lasting" : "once")}: {cell.Result}")
        );

    // With all its words: xunit shows the beginnings of five.
    private static void None(IEnumerable<string> wrong) => Assert.True(!wrong.Any(), string.Join('\n', wrong));
}
