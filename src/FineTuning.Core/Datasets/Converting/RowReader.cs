namespace FineTuning.Core.Datasets.Converting;

// Reads texts out of rows, and says of which row and property what is wrong. One for a whole conversion, used again for
// every row.
internal sealed class RowReader(ConvertOptions options)
{
    private const int MaxNames = 20;

    private IExampleRow _row = null!;

    public long Number { get; private set; }

    public IReadOnlyCollection<string> Names => _row.Names;

    // The first thing that is wrong with the row.
    public RowProblem? Problem { get; private set; }

    public void Begin(IExampleRow row)
    {
        _row = row;
        Number++;
        Problem = null;
    }

    // The text of a property; null, and a problem, if there is none. The option is what would name another property.
    public string? Text(string? property, string option, string what, bool mayBeEmpty = false)
    {
        if (property is null && _row.Names.FirstOrDefault(IsMessages) is string messages)
        {
            Fail(
                "RowIsExample",
                $"Row {Number} has '{messages}': it is an example already, and only needs to be a line of JSON.",
                messages,
                null,
                isSetUp: true
            );
            return null;
        }

        if (property is null)
        {
            Fail(
                "PropertyNotNamed",
                $"The rows have no property that is known as the {what} by its name. Row {Number} has: {List()}.",
                null,
                option,
                isSetUp: true
            );
            return null;
        }

        if (!_row.TryGet(property, out object? value))
        {
            Fail("PropertyMissing", $"Row {Number} has no property '{property}'. It has: {List()}.", property, option);
            return null;
        }

        string text = RowText.Of(value);
        text = options.Trim ? text.Trim() : text;
        if (!mayBeEmpty && string.IsNullOrWhiteSpace(text))
        {
            Fail(
                "TextEmpty",
                $"Row {Number}: '{property}' is empty, so there is no {what}. The row has: {List()}.",
                property,
                null
            );
            return null;
        }

        return text;
    }

    // Several properties as one text, with a blank line between them.
    public string? Text(string[] properties, string option, string what, bool mayBeEmpty)
    {
        if (properties.Length < 2)
        {
            return Text(properties.FirstOrDefault(), option, what, mayBeEmpty);
        }

        var texts = new List<string>();
        foreach (string property in properties)
        {
            if (Text(property, option, what, mayBeEmpty: true) is not string text)
            {
                return null;
            }

            if (!string.IsNullOrWhiteSpace(text))
            {
                texts.Add(text);
            }
        }

        if (texts.Count == 0 && !mayBeEmpty)
        {
            Fail(
                "TextEmpty",
                $"Row {Number}: {string.Join(" and ", properties.Select(name => $"'{name}'"))} are empty, so there "
                    + $"is no {what}.",
                properties[0],
                null
            );
            return null;
        }

        return string.Join("\n\n", texts);
    }

    // The system message: the row's own, or that of all rows; empty if there is none.
    public string? System(string? property)
    {
        // One that was found by its name may be missing in a row; one that was asked for may not.
        bool isMissing = property is null || (options.SystemProperty is null && !_row.TryGet(property, out _));
        string? text = isMissing
            ? string.Empty
            : Text(property, nameof(ConvertOptions.SystemProperty), "system message", mayBeEmpty: true);
        return text is { Length: 0 } ? options.SystemMessage ?? string.Empty : text;
    }

    public bool TryWrite(string property, JsonLineBuilder json)
    {
        if (!_row.TryGet(property, out object? value))
        {
            Fail(
                "PropertyMissing",
                $"Row {Number} has no property '{property}'. It has: {List()}.",
                property,
                nameof(ConvertOptions.ItemProperty)
            );
            return false;
        }

        if (!json.TryValue(value))
        {
            Fail(
                "ValueNotJson",
                $"Row {Number}: '{property}' is {RowText.Of(value)}, a number that JSON does not have.",
                property,
                null
            );
            return false;
        }

        return true;
    }

    public void Fail(string id, string message, string? property, string? option, bool isSetUp = false) =>
        Problem ??= new RowProblem
        {
            Row = Number,
            Id = id,
            Message = message,
            Property = property,
            Option = option,
            IsSetUp = isSetUp,
        };

    private static bool IsMessages(string name) => string.Equals(name, "messages", StringComparison.OrdinalIgnoreCase);

    private string List()
    {
        string names = string.Join(", ", _row.Names.Take(MaxNames));
        return _row.Names.Count == 0 ? "no properties"
            : _row.Names.Count > MaxNames ? names + ", …"
            : names;
    }
}
