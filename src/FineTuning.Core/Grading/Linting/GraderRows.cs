using System.Text.Json;
using FineTuning.Core.Datasets;
using FineTuning.Core.Grading.Reading;
using FineTuning.Core.Grading.Templates;
using FineTuning.Core.Json;

namespace FineTuning.Core.Grading.Linting;

/// <summary>Finds the rows of a dataset that a grader cannot grade, because its templates name a field that they do not
/// have.</summary>
public static class GraderRows
{
    internal static readonly ProblemCode NotInSomeRows = ProblemCode.Warning(
        "FT2057",
        "Field that some rows do not have"
    );

    private const int ShownLines = 3;

    /// <summary>Checks every row of a dataset.</summary>
    /// <param name="definition">The grader, as the service takes it; any JSON. What else is wrong with it <see
    /// cref="GraderLinter"/> finds.</param>
    /// <param name="path">The JSONL file of the rows. Lines that are no object are passed over: the check of datasets
    /// finds those.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>A problem for each place in the grader that names a field which no row has (an error) or which some do
    /// not have (a warning), in the order of reading. Scripts are not looked into.</returns>
    /// <exception cref="InvalidDataException">The file has no row: no line of it is an object.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static async Task<IReadOnlyList<GraderProblem>> CheckAsync(
        JsonElement definition,
        string path,
        CancellationToken cancellationToken = default
    )
    {
        var reading = GraderReading.ForLint(null);
        GraderReader.Read(definition, reading);
        List<Gap> gaps = [.. reading.ItemPlaces.Select(place => new Gap(place))];
        long rows = 0;
        if (gaps.Count > 0)
        {
            await foreach (JsonLine line in JsonLineFile.ReadAsync(path, cancellationToken).ConfigureAwait(false))
            {
                if (line.Fault is null)
                {
                    rows++;
                    gaps.ForEach(gap => gap.Look(line));
                }
            }
        }

        string file = Path.GetFileName(path);
        if (rows == 0 && gaps.Count > 0)
        {
            throw new InvalidDataException($"The file '{path}' has no row: no line of it is a JSON object.");
        }

        return [.. gaps.Where(gap => gap.Rows > 0).Select(gap => gap.ToProblem(rows, file))];
    }

    // One place that names a field, and the rows without it.
    private sealed class Gap(ItemPlace place)
    {
        private readonly List<long> _lines = [];
        private string _missing = string.Empty;
        private string[] _names = [];

        public long Rows { get; private set; }

        public void Look(JsonLine line)
        {
            if (place.Field.FindMissing(line.Value, out JsonElement value) is not { } missing)
            {
                return;
            }

            if (Rows++ == 0)
            {
                _missing = missing is string name ? name : FormattableString.Invariant($"[{missing}]");
                _names = value.ValueKind == JsonValueKind.Object ? [.. JsonNames.Of(value)] : [];
            }

            if (_lines.Count < ShownLines)
            {
                _lines.Add(line.Number);
            }
        }

        public GraderProblem ToProblem(long rows, string file)
        {
            bool isNone = Rows == rows;
            ProblemCode code = isNone ? Template.NotInItem : NotInSomeRows;
            string lines =
                (
                    Rows == 1 ? "line "
                    : Rows > _lines.Count ? "the first in lines "
                    : "lines "
                ) + string.Join(", ", _lines);
            string which = isNone
                ? FormattableString.Invariant($"which no row of {file} has")
                : FormattableString.Invariant(
                    $"which {Rows} of {rows} rows of {file} {(Rows == 1 ? "lacks" : "lack")} ({lines})"
                );
            string has = _names.Length == 0 ? string.Empty : $"Line {_lines[0]} has {Template.Listed(_names)}.";
            return new GraderProblem
            {
                Code = code.Code,
                Severity = code.Severity,
                JsonPath = place.JsonPath,
                Line = place.Place.Line,
                Column = place.Place.Column,
                Message =
                    $"The template's \"{{{{ {place.Field.Text} }}}}\" names \"{_missing}\", {which}: without it a "
                    + $"sample cannot be graded.",
                Fix = isNone
                    ? NearestName.Question(_missing, _names)
                        + (has.Length > 0 ? has : "Name a field that the rows have.")
                    : $"Give those rows the field, or leave them out. {has}".TrimEnd(),
            };
        }
    }
}
