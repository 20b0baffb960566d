using System.Globalization;
using System.Text.Json;
using FineTuning.Core.Json;

namespace FineTuning.Core.Grading.Templates;

/// <summary>The inside of <c>{{ item.a.b[0] }}</c>: where a value comes from.</summary>
internal sealed class TemplatePath
{
    private readonly List<object> _steps = [];

    private TemplatePath(string text) => Text = text;

    /// <summary>As it was written, without the braces.</summary>
    public string Text { get; }

    /// <summary>item or sample.</summary>
    public string Root { get; private set; } = string.Empty;

    /// <summary>Whether it goes on after the first name.</summary>
    public bool IsDeep => _steps.Count > 1;

    /// <summary>The first name after the root.</summary>
    public string Field => (string)_steps[0];

    /// <param name="text">What stands between the braces, trimmed.</param>
    /// <param name="problem">What is wrong, as the end of a sentence.</param>
    /// <param name="offset">Where in the text.</param>
    /// <returns>Null if it is no path.</returns>
    public static TemplatePath? Parse(string text, out string problem, out int offset)
    {
        TemplatePath path = new(text);
        (problem, offset) = (string.Empty, 0);
        path.Root = Name(text, ref offset);
        if (path.Root is not ("item" or "sample"))
        {
            (problem, offset) = (path.Root.Length == 0 ? "is empty or no name" : $"begins with \"{path.Root}\"", 0);
            return null;
        }

        while (offset < text.Length)
        {
            int start = offset;
            object? step =
                text[offset] == '.' ? Property(text, ref offset)
                : text[offset] == '[' ? Bracket(text, ref offset)
                : null;
            if (step is null)
            {
                (problem, offset) = ($"is no path after \"{text.Substring(0, start)}\"", start);
                return null;
            }

            path._steps.Add(step);
        }

        if (path._steps.Count > 0 && path._steps[0] is string)
        {
            return path;
        }

        (problem, offset) = ($"names no field of {path.Root}", path.Root.Length);
        return null;
    }

    /// <summary>Goes from the root's value to the one that is named.</summary>
    /// <returns>Null if there is none.</returns>
    public JsonElement? Find(JsonElement root) => FindMissing(root, out JsonElement value) is null ? value : null;

    /// <summary>Finds the first step that leads nowhere: a name, or a number in a list.</summary>
    /// <param name="root">The root's value.</param>
    /// <param name="value">The value that has no such step; or that of the whole path.</param>
    /// <returns>Null if the whole path leads to a value.</returns>
    public object? FindMissing(JsonElement root, out JsonElement value)
    {
        value = root;
        foreach (object step in _steps)
        {
            JsonElement next = default;
            bool isThere = step is string name
                ? value.ValueKind == JsonValueKind.Object && JsonNames.TryGet(value, name, out next)
                : value.ValueKind == JsonValueKind.Array && (int)step < value.GetArrayLength();
            if (!isThere)
            {
                return step;
            }

            value = step is string ? next : value[(int)step];
        }

        return null;
    }

    private static string Name(string text, ref int offset)
    {
        int start = offset;
        while (offset < text.Length && (char.IsLetterOrDigit(text[offset]) || text[offset] is '_' or '-'))
        {
            offset++;
        }

        return text.Substring(start, offset - start);
    }

    private static string? Property(string text, ref int offset)
    {
        offset++;
        string name = Name(text, ref offset);
        return name.Length > 0 ? name : null;
    }

    // [0], ['a name'] or ["a name"].
    private static object? Bracket(string text, ref int offset)
    {
        int end = text.IndexOf(']', offset);
        if (end < 0)
        {
            return null;
        }

        string inside = text.Substring(offset + 1, end - offset - 1).Trim();
        offset = end + 1;
        if (inside.Length > 2 && inside[0] is '\'' or '"' && inside[inside.Length - 1] == inside[0])
        {
            return inside.Substring(1, inside.Length - 2);
        }

        return int.TryParse(inside, NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : null;
    }
}
