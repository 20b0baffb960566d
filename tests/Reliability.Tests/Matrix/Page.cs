using System.Globalization;

namespace FineTuning.Reliability.Tests.Matrix;

/// <summary>Makes the tables of docs/reliability.md out of what was seen. What is the same is told once.</summary>
internal sealed class Page(MatrixRun run)
{
    // What is added to an error where it stays open what became of a request.
    private static readonly string[] s_additions =
    [
        " The job may have been created",
        " The permissions may have been granted",
    ];

    public IReadOnlyList<string> Write()
    {
        List<string> lines = [];
        foreach (IGrouping<Section, Operation> section in Operations.All.GroupBy(operation => operation.Section))
        {
            lines.AddRange(["", $"### {section.Key.Title}"]);
            Operation? first = null;
            foreach (
                IGrouping<string, Operation> alike in section.GroupBy(operation =>
                    string.Join('\n', Table(operation, null))
                )
            )
            {
                Operation? like = first?.BeginsLater == alike.First().BeginsLater ? first : null;
                lines.AddRange(["", Title(alike, like), "", .. Table(alike.First(), like)]);
                first ??= alike.First();
            }
        }

        return
        [
            .. lines,
            "",
            "### What the errors say",
            "",
            "Where a service explains its own error, its words stand here; in these tests they are made up.",
            "",
            .. Errors(),
            "",
        ];
    }

    private static string Title(IEnumerable<Operation> alike, Operation? like)
    {
        string names = string.Join("; ", alike.Select(operation => operation.Name));
        return $"{char.ToUpperInvariant(names[0])}{names[1..]}"
            + $"{(like is null ? ":" : $"; all else is as {like.Name}:")}";
    }

    private IEnumerable<string> Table(Operation operation, Operation? like)
    {
        List<string> more = [];
        if (operation.Section.TellsRequests)
        {
            more.Add("Requests");
        }

        if (operation.Section.Counted is string counted)
        {
            more.Add(counted);
        }

        string[] columns = ["The fault", "Once", .. more, operation.Waits ? "For ten minutes" : "Every time", .. more];
        return
        [
            $"| {string.Join(" | ", columns)} |",
            $"| {string.Join(" | ", columns.Select(_ => "---"))} |",
            .. from fault in Fault.All
            where run.Find(operation, fault, lasts: true) is not null
            let cells = Cells(operation, fault)
            where like is null || cells != Cells(like, fault)
            group fault by cells into alike
            select $"| {Names(operation, alike)} | {alike.Key} |",
        ];
    }

    /// <summary>The names of faults; the one of their family where all of it are there.</summary>
    private static string Names(Operation operation, IEnumerable<Fault> faults)
    {
        string[] names =
        [
            .. (
                from fault in faults
                let family = Fault.All.Where(other =>
                    other.Family is not null && other.Family == fault.Family && operation.Has(other)
                )
                select family.Any() && family.All(faults.Contains) ? fault.Family : fault.Name
            ).Distinct(),
        ];
        return string.Join(
            "; ",
            names
                .Where(name =>
                    !name.EndsWith(Fault.After, StringComparison.Ordinal)
                    || !names.Contains(name[..^Fault.After.Length])
                )
                .Select(name => names.Contains(name + Fault.After) ? name + ", before or after the work" : name)
        );
    }

    private string Cells(Operation operation, Fault fault) =>
        $"{Cells(operation, run.Find(operation, fault, lasts: false))} | "
        + $"{Cells(operation, run.Find(operation, fault, lasts: true))}";

    private static string Cells(Operation operation, CellResult? result)
    {
        List<string> cells = ["–"];
        if (result is not null)
        {
            string maybe = operation.Changes && result.MayHaveWorked ? ", may have worked" : string.Empty;
            cells[0] = result.Error is null ? "works" : $"`{result.Error}`{maybe}";
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

    private IEnumerable<string> Errors()
    {
        IEnumerable<(Fault Fault, string Error, string Words, string Addition)> seen =
            from cell in run.Results
            where cell.Result.Error is not null
            let message = cell.Result.Message!
            let cut = s_additions
                .Select(addition => message.IndexOf(addition, StringComparison.Ordinal))
                .Where(at => at > 0)
                .DefaultIfEmpty(message.Length)
                .Min()
            select (cell.Fault, cell.Result.Error, Words: message[..cut], Addition: message[cut..].Trim());
        return
        [
            "| Error | Words | After |",
            "| --- | --- | --- |",
            .. from error in seen
            group error.Fault.Name by (error.Error, error.Words) into alike
            orderby alike.Key.Error, alike.Key.Words
            let names = alike.Distinct().Where(name => !name.EndsWith(Fault.After, StringComparison.Ordinal))
            select $"| `{alike.Key.Error}` | {alike.Key.Words} | " + $"{string.Join("; ", names)} |",
            "",
            "Where it stays open what became of a request, they go on:",
            "",
            .. seen.Select(error => error.Addition)
                .Where(addition => addition.Length > 0)
                .Distinct()
                .Order(StringComparer.Ordinal)
                .Select(addition => $"- {addition}"),
        ];
    }
}
