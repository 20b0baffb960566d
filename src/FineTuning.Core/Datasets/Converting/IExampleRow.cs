namespace FineTuning.Core.Datasets.Converting;

/// <summary>A row of data to make an example of: named values, such as those of a table or a CSV file.</summary>
public interface IExampleRow
{
    /// <summary>The names of the values, in their order.</summary>
    /// <exception cref="System.IO.InvalidDataException">They cannot be listed.</exception>
    IReadOnlyCollection<string> Names { get; }

    /// <summary>Returns a value.</summary>
    /// <param name="name">Its name; upper and lower case are the same.</param>
    /// <param name="value"> A text, a number, a boolean, a date, a <see cref="System.Text.Json.JsonElement"/>, or null.
    /// Anything else counts as its text.
    /// </param>
    /// <returns>False if the row has no such value.</returns>
    /// <exception cref="System.IO.InvalidDataException">The value cannot be read, or is not data.</exception>
    bool TryGet(string name, out object? value);
}
