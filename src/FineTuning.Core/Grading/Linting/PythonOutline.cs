using System.Text.RegularExpressions;
using FineTuning.Core.Datasets;
using FineTuning.Core.Grading.Reading;
using FineTuning.Core.Json;

namespace FineTuning.Core.Grading.Linting;

/// <summary>
/// Looks for <c>grade(sample, item)</c> in a script without running it. Texts and comments are blanked first, and lines
/// within brackets become one, so that a line that begins with <c>def</c> is one. Where a script could define the
/// function in a way that cannot be seen, it passes.
/// </summary>
internal static class PythonOutline
{
    internal static readonly ProblemCode NoGradeFunction = ProblemCode.Error(
        "FT2041",
        "Script without grade(sample, item)"
    );
    internal static readonly ProblemCode WrongParameters = ProblemCode.Error("FT2042", "grade with other parameters");

    private const string Name = "grade";

    private static readonly Regex s_def = new(
        @"^(?<indent>[ \t\f]*)(?<async>async[ \t]+)?def[ \t]+(?<name>\w+)[ \t]*(?<open>[(\[])",
        RegexOptions.CultureInvariant | RegexOptions.Multiline
    );

    // A return annotation may stand before the colon.
    private static readonly Regex s_colon = new(@"\G[ \t]*(?:->[^:\n]+)?:", RegexOptions.CultureInvariant);

    private static readonly Regex s_otherWays = new(
        @"^(?:[ \t]*(?:from\b.*\bimport\b.*(?:\bgrade\b|[*])|import\b.*\bgrade\b)|(?:.*;[ \t]*)?grade\b[^=\n]*=(?!=))|\b(?:exec|globals|setattr)[ \t]*[(]",
        RegexOptions.CultureInvariant | RegexOptions.Multiline
    );

    public static void Check(string source, string path, GraderReading reading)
    {
        string code = PythonText.Blank(source);
        Match[] all = [.. s_def.Matches(code).Cast<Match>()];
        Match[] named = [.. all.Where(def => def.Groups["name"].Value == Name)];
        if (named.LastOrDefault(def => Encloser(code, def) is null) is { } found)
        {
            CheckParameters(source, code, found, path, reading);
        }
        else if (!s_otherWays.IsMatch(code))
        {
            ReportMissing(source, code, all, named, path, reading);
        }
    }

    private static void ReportMissing(
        string source,
        string code,
        Match[] all,
        Match[] named,
        string path,
        GraderReading reading
    )
    {
        const string Fix = "Define \"def grade(sample, item):\" at the start of a line; it returns a number.";
        if (named.LastOrDefault() is { } inner)
        {
            var place = TextPlace.Of(source, inner.Groups["name"].Index);
            string where =
                $"The script defines grade at {place.InWords()} within \"{Encloser(code, inner)}\", where nobody "
                + $"finds it.";
            reading.Report(NoGradeFunction, path, where, Fix, place);
            return;
        }

        string[] others =
        [
            .. all.Where(def => def.Groups["indent"].Length == 0).Select(def => def.Groups["name"].Value),
        ];
        string? near = NearestName.Find(Name, others);
        TextPlace? nearPlace = near is null
            ? null
            : TextPlace.Of(source, all.First(def => def.Groups["name"].Value == near).Groups["name"].Index);
        reading.Report(
            NoGradeFunction,
            path,
            near is null
                ? "The script does not define grade(sample, item)."
                : $"The script defines {near} at {nearPlace!.InWords()}, but not grade(sample, item).",
            near is null ? Fix : $"Rename {near} to grade. {Fix}",
            nearPlace
        );
    }

    private static void CheckParameters(string source, string code, Match def, string path, GraderReading reading)
    {
        var place = TextPlace.Of(source, def.Groups["name"].Index);
        if (def.Groups["async"].Success)
        {
            Report("is async, so that it returns no number", "Remove \"async\".");
            return;
        }

        // A decorator can change what a function takes, and so can type parameters in [ ] the place where they stand.
        bool isDecorated =
            def.Index >= 2 && LineBefore(code, def.Index).TrimStart().StartsWith("@", StringComparison.Ordinal);
        if (isDecorated || def.Groups["open"].Value != "(")
        {
            return;
        }

        int open = def.Groups["open"].Index;
        if (Parameters(code, open) is not { } parameters)
        {
            Report("has parentheses that are not closed", "Write \"def grade(sample, item):\".");
            return;
        }

        if (!TakesTwo(parameters))
        {
            string list = string.Join(", ", parameters);
            Report(
                $"takes ({(list.Length <= 60 ? list : list.Substring(0, 60) + "…")}), and is called with two values",
                "Write \"def grade(sample, item):\"."
            );
        }

        if (!s_colon.IsMatch(code, End(code, open)))
        {
            Report("has no colon behind its parentheses", "Write \"def grade(sample, item):\".");
        }

        void Report(string problem, string fix) =>
            reading.Report(WrongParameters, path, $"The function grade at {place.InWords()} {problem}.", fix, place);
    }

    private static bool TakesTwo(List<string> parameters)
    {
        int star = parameters.FindIndex(parameter =>
            parameter.StartsWith("*", StringComparison.Ordinal) && !parameter.StartsWith("**", StringComparison.Ordinal)
        );
        string[] places =
        [
            .. (star < 0 ? parameters : parameters.Take(star)).Where(p =>
                p != "/" && !p.StartsWith("**", StringComparison.Ordinal)
            ),
        ];
        IEnumerable<string> byName =
            star < 0 ? [] : parameters.Skip(star + 1).Where(p => !p.StartsWith("**", StringComparison.Ordinal));
        bool takesMore = star >= 0 && parameters[star].Length > 1;
        return (places.Length >= 2 || takesMore) && places.Count(IsNeeded) <= 2 && !byName.Any(IsNeeded);
    }

    private static bool IsNeeded(string parameter) => parameter.IndexOf('=') < 0;

    /// <summary>The place behind the parenthesis that closes the one at <paramref name="open"/>; the end of the text if
    /// none does.</summary>
    private static int End(string code, int open)
    {
        int depth = 0;
        for (int i = open; i < code.Length; i++)
        {
            depth +=
                code[i] is '(' or '[' or '{' ? 1
                : code[i] is ')' or ']' or '}' ? -1
                : 0;
            if (depth == 0)
            {
                return i + 1;
            }
        }

        return code.Length;
    }

    // The texts between the commas of a pair of parentheses; null if it has no end.
    private static List<string>? Parameters(string code, int open)
    {
        List<string> parameters = [];
        int depth = 0,
            start = open + 1;
        for (int i = open; i < code.Length; i++)
        {
            depth +=
                code[i] is '(' or '[' or '{' ? 1
                : code[i] is ')' or ']' or '}' ? -1
                : 0;
            if (depth == 0 || (depth == 1 && code[i] == ','))
            {
                string parameter = code.Substring(start, i - start).Trim();
                parameters.AddRange(parameter.Length > 0 ? [parameter] : []);
                start = i + 1;
            }

            if (depth == 0)
            {
                return parameters;
            }
        }

        return null;
    }

    /// <summary>The function or class that a definition is in; null for none. An "if" or "try" around it does not hide
    /// it.</summary>
    private static string? Encloser(string code, Match def)
    {
        if (def.Groups["indent"].Length == 0)
        {
            return null;
        }

        int end = def.Index;
        while (end > 0)
        {
            string line = LineBefore(code, end);
            end -= line.Length + 1;
            if (line.Length > 0 && !char.IsWhiteSpace(line[0]))
            {
                bool hides = Regex.IsMatch(line, @"^(?:async\s+)?(?:def|class)\b", RegexOptions.CultureInvariant);
                return hides ? line.Trim().TrimEnd(':') : null;
            }
        }

        return null;
    }

    // The line that ends at the line break before a position.
    private static string LineBefore(string code, int position)
    {
        int end = Math.Max(0, position - 1);
        int start = end == 0 ? 0 : code.LastIndexOf('\n', end - 1) + 1;
        return code.Substring(start, end - start);
    }
}
