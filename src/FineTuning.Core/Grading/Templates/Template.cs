using System;
using System.Collections.Generic;
using System.Text;
using System.Text.RegularExpressions;

namespace FineTuning.Core.Grading.Templates;

/// <summary>A text with <c>{{ item.field }}</c> and <c>{{ sample.output_text }}</c> in it. Immutable.</summary>
internal sealed class Template
{
    // Each is looked up in the item, for every sample.
    private const int MaxPlaceholders = 200;

    // What a forgotten opening brace leaves behind. Other "}}" are text: JSON in a prompt is full of them.
    private static readonly Regex s_unopened = new(
        @"\b(item|sample)[.\[][\w.\[\]'-]*\s*\z", RegexOptions.CultureInvariant | RegexOptions.RightToLeft);

    private readonly List<object> _parts = [];

    private Template()
    {
    }

    /// <param name="text">The template.</param>
    /// <param name="path">Where it stands in the definition.</param>
    /// <exception cref="GraderException">It is not well-formed, or names what there cannot be.</exception>
    public static Template Parse(string text, string path)
    {
        Template template = new();
        int position = 0, count = 0;
        while (true)
        {
            int open = text.IndexOf("{{", position, StringComparison.Ordinal);
            string literal = text.Substring(position, (open < 0 ? text.Length : open) - position);
            CheckLiteral(text, literal, position, path);
            template._parts.Add(literal);
            if (open < 0)
            {
                return template;
            }

            int close = text.IndexOf("}}", open, StringComparison.Ordinal);
            int next = text.IndexOf("{{", open + 2, StringComparison.Ordinal);
            if (close < 0 || (next >= 0 && next < close))
            {
                throw Wrong(text, open, "\"{{\" is never closed", path, "Close it with \"}}\".");
            }

            if (++count > MaxPlaceholders)
            {
                throw new GraderException(
                    FormattableString.Invariant($"The template has more than {MaxPlaceholders} placeholders."),
                    path,
                    "Put what belongs together into one field of the item.");
            }

            template._parts.Add(ParsePath(text, open + 2, close, path));
            position = close + 2;
        }
    }

    /// <exception cref="GradingException">A value is missing, or the text grows too long.</exception>
    public string Render(SampleScope scope)
    {
        StringBuilder text = new();
        foreach (object part in _parts)
        {
            text.Append(part is TemplatePath path ? scope.Read(path) : (string)part);
            scope.CheckLength(text.Length);
        }

        return text.ToString();
    }

    private static void CheckLiteral(string text, string literal, int start, string path)
    {
        int close = literal.IndexOf("}}", StringComparison.Ordinal);
        while (close >= 0)
        {
            if (s_unopened.IsMatch(literal.Substring(Math.Max(0, close - 256), close - Math.Max(0, close - 256))))
            {
                throw Wrong(text, start + close, "\"}}\" closes nothing", path, "Open it with \"{{\".");
            }

            close = literal.IndexOf("}}", close + 2, StringComparison.Ordinal);
        }
    }

    private static TemplatePath ParsePath(string text, int start, int end, string path)
    {
        string inside = text.Substring(start, end - start);
        int spaces = inside.Length - inside.TrimStart().Length;
        TemplatePath? parsed = TemplatePath.Parse(inside.Trim(), out string problem, out int offset);
        if (parsed is null)
        {
            throw Wrong(
                text,
                start + spaces + offset,
                $"\"{{{{{Shorten(inside)}}}}}\" {problem}",
                path,
                "Write \"{{ item.FIELD }}\" for the dataset, or \"{{ sample.output_text }}\" for the model's answer.");
        }

        if (parsed.Root == "sample" && !SampleScope.IsField(parsed.Field))
        {
            throw Wrong(
                text,
                start + spaces,
                $"\"{{{{{Shorten(inside)}}}}}\" names \"{Shorten(parsed.Field)}\", which a sample does not have",
                path,
                "A sample has output_text, output_json, output_tools and choices.");
        }

        return parsed;
    }

    private static GraderException Wrong(string text, int position, string problem, string path, string fix)
    {
        int line = 1, column = 1;
        for (int i = 0; i < position; i++)
        {
            (line, column) = text[i] == '\n' ? (line + 1, 1) : (line, column + 1);
        }

        string place = line == 1
            ? FormattableString.Invariant($"character {column}")
            : FormattableString.Invariant($"line {line}, character {column}");
        return new GraderException($"The template is wrong at {place}: {problem}.", path, fix);
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text.Substring(0, 60) + "…";
}
