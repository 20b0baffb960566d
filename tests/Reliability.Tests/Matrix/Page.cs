using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace FineTuning.Reliability.Tests.Matrix;

/// <summary>Makes the tables of docs/reliability.md out of what was seen. What is the same is told once.</summary>
internal static class Page
{
    private const string Works = "works";

    public static IReadOnlyList<string> Write(MatrixRun run)
    {
        List<string> lines = [];
        foreach (IGrouping<Section, Operation> section in Operations.All.GroupBy(operation => operation.Section))
        {
            lines.AddRange(["", $"### {section.Key.Title}"]);
            foreach (IGrouping<string, Operation> alike in section.GroupBy(operation => string.Join('\n', Rows(run, operation))))
            {
                lines.AddRange(["", $"{Capital(string.Join("; ", alike.Select(operation => operation.Name)))}:", ""]);
                lines.AddRange(Head(section.Key));
                lines.AddRange(Rows(run, alike.First()));
            }
        }

        lines.AddRange(["", "### What the errors say", "", "| Error | Words | When |", "| --- | --- | --- |"]);
        lines.AddRange(Errors(run));
        lines.Add("");
        return lines;
    }

    private static IEnumerable<string> Head(Section section)
    {
        List<string> columns = ["The fault", "It happens once", $"It {section.Lasting}"];
        for (int at = columns.Count; at > 1; at--)
        {
            if (section.Counted is not null)
            {
                columns.Insert(at, Capital(section.Counted));
            }

            if (section.TellsRequests)
            {
                columns.Insert(at, "Requests");
            }
        }

        yield return $"| {string.Join(" | ", columns)} |";
        yield return $"| {string.Join(" | ", columns.Select(_ => "---"))} |";
    }

    /// <summary>One row for all faults with the same consequences, at the place of the first.</summary>
    private static IEnumerable<string> Rows(MatrixRun run, Operation operation) =>
        from fault in Fault.All
        where run.Find(operation, fault, lasts: true) is not null
        group fault.Name by $"{Cells(run, operation, fault, lasts: false)} | {Cells(run, operation, fault, lasts: true)}" into alike
        select $"| {string.Join("; ", alike)} | {alike.Key} |";

    private static string Cells(MatrixRun run, Operation operation, Fault fault, bool lasts)
    {
        List<string> cells = ["–"];
        CellResult? result = run.Find(operation, fault, lasts);
        if (result is not null)
        {
            string maybe = operation.Changes && result.MayHaveWorked ? ", may have worked" : string.Empty;
            cells[0] = result.Error is null ? Works : $"`{result.Error}`{maybe}";
        }

        if (operation.Section.TellsRequests)
        {
            cells.Add(result is null ? "–" : Requests(result));
        }

        if (operation.Section.Counted is not null)
        {
            cells.Add(result?.Count?.ToString(CultureInfo.InvariantCulture) ?? "–");
        }

        return string.Join(" | ", cells);
    }

    private static string Requests(CellResult result)
    {
        List<string> parts = [result.Requests.ToString(CultureInfo.InvariantCulture)];
        if (result.Refused > 0)
        {
            parts.Add($"{result.Refused} refused");
        }

        if (result.Looks > 0)
        {
            parts.Add("looks");
        }

        return string.Join(" + ", parts);
    }

    private static IEnumerable<string> Errors(MatrixRun run) =>
        from seen in run.Results
        where seen.Result.Error is not null
        group seen by (seen.Result.Error, seen.Result.Message) into alike
        orderby alike.Key.Error, alike.Key.Message
        select $"| `{alike.Key.Error}` | {alike.Key.Message} | {string.Join("; ", alike.Select(seen => seen.Fault.Name).Distinct())} |";

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
