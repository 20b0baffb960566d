using System.Collections;
using System.Collections.Specialized;
using System.Data;
using System.Management.Automation;
using System.Text.Json;
using FineTuning.Core.Datasets.Converting;
using FineTuning.Output;

namespace FineTuning.Parameters;

/// <summary>A row that came down the pipeline: an object, a hashtable, or a row of a database.</summary>
internal sealed class InputRow : IExampleRow
{
    private readonly Func<IReadOnlyCollection<string>> _list;
    private readonly Func<string, (bool Has, object? Value)> _get;
    private IReadOnlyCollection<string>? _names;

    private InputRow(Func<IReadOnlyCollection<string>> list, Func<string, (bool Has, object? Value)> get)
    {
        _list = list;
        _get = get;
    }

    /// <inheritdoc/>
    /// <remarks>Listed when they are asked for: of most rows only a few values are, and to list all takes longer than
    /// to read those.</remarks>
    public IReadOnlyCollection<string> Names => _names ??= List();

    /// <summary>Makes a row; null if the object has no named values, such as a text or a number.</summary>
    public static InputRow? From(PSObject input) =>
        input.BaseObject switch
        {
            IDictionary dictionary => FromDictionary(dictionary),
            DataRow row => FromRow(
                () => [.. row.Table.Columns.Cast<DataColumn>().Select(column => column.ColumnName)],
                name => row[name]
            ),
            DataRowView view => FromRow(
                () => [.. view.Row.Table.Columns.Cast<DataColumn>().Select(column => column.ColumnName)],
                name => view[name]
            ),
            IDataRecord record => FromRow(
                () => [.. Enumerable.Range(0, record.FieldCount).Select(record.GetName)],
                name => record[name]
            ),
            string or ValueType => null,
            _ => FromProperties(input),
        };

    /// <summary>The rows of what was given with -InputObject; in the pipeline, PowerShell itself takes a table
    /// apart.</summary>
    public static IEnumerable<PSObject> Rows(PSObject input) =>
        input.BaseObject is DataTable table ? table.Rows.Cast<object>().Select(PSObject.AsPSObject) : [input];

    /// <summary>Whether a row is at fault: it lacks what is needed, a value is no data, or a property cannot be
    /// read.</summary>
    public static bool IsUnreadable(Exception e) => e is FormatException or InvalidDataException or PSArgumentException;

    /// <inheritdoc/>
    public bool TryGet(string name, out object? value)
    {
        try
        {
            (bool has, object? found) = _get(name);
            value = has ? Plain(found) : null;
            return has;
        }
        catch (Exception e) when (IsFaultOfRow(e))
        {
            throw new InvalidDataException($"property '{name}': {e.Message}", e);
        }
    }

    /// <summary>The row as a JSON object, in its own order.</summary>
    /// <exception cref="InvalidDataException">A value cannot be read.</exception>
    public JsonElement ToJson()
    {
        var fields = new OrderedDictionary();
        foreach (string name in Names)
        {
            fields[name] = TryGet(name, out object? value) ? value : null;
        }

        return JsonValues.ToElement(fields);
    }

    // What reads a value may be a script, a database or a comparer: anything can go wrong there, and the next row may
    // be good.
    private static bool IsFaultOfRow(Exception e) =>
        e is not (PipelineStoppedException or OperationCanceledException or OutOfMemoryException);

    private static InputRow FromDictionary(IDictionary dictionary) =>
        new(
            () => [.. dictionary.Keys.Cast<object>().Select(key => $"{key}")],
            name =>
            {
                // A key is as a rule a text that is written the same; it may be a number, or written otherwise.
                object? key = dictionary.Contains(name)
                    ? name
                    : dictionary
                        .Keys.Cast<object>()
                        .FirstOrDefault(key => string.Equals($"{key}", name, StringComparison.OrdinalIgnoreCase));
                return key is null ? (false, null) : (true, dictionary[key]);
            }
        );

    private static InputRow FromRow(Func<string[]> list, Func<string, object?> get)
    {
        var names = new Lazy<string[]>(list, isThreadSafe: false);
        return new(
            () => names.Value,
            name =>
            {
                string? exact = names.Value.FirstOrDefault(other =>
                    string.Equals(other, name, StringComparison.OrdinalIgnoreCase)
                );
                return exact is null ? (false, null) : (true, get(exact));
            }
        );
    }

    private static InputRow FromProperties(PSObject input) =>
        new(
            () => [.. input.Properties.Where(property => property.IsGettable).Select(property => property.Name)],
            name => input.Properties[name] is { IsGettable: true } property ? (true, property.Value) : (false, null)
        );

    // Text, numbers and dates as they are; lists and objects as the JSON they stand for.
    private static object? Plain(object? value)
    {
        object? plain = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        return plain switch
        {
            null or DBNull or string or DateTime or DateTimeOffset or bool or JsonElement => plain is DBNull
                ? null
                : plain,
            SwitchParameter flag => flag.IsPresent,
            char or Enum or Guid or TimeSpan => Convert.ToString(
                plain,
                System.Globalization.CultureInfo.InvariantCulture
            ),
            ValueType => plain,
            IEnumerable or PSObject => JsonValues.ToElement(value),
            _ => Convert.ToString(plain, System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    private IReadOnlyCollection<string> List()
    {
        try
        {
            return _list();
        }
        catch (Exception e) when (IsFaultOfRow(e))
        {
            throw new InvalidDataException(e.Message, e);
        }
    }
}
