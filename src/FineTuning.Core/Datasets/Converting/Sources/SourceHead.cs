using System.Text;
using System.Text.Json;
using FineTuning.Core.Datasets.Reading;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Converting.Sources;

// The start of a file: whether it is lines or an array, and what its first row is.
internal sealed class SourceHead
{
    private const int HeadBytes = 1024 * 1024;

    private readonly RowTokens _row = new();
    private bool _hasRow;
    private bool _isBlank;

    // Why the file cannot be read as rows, or null.
    public string? Fault { get; private set; }

    // One JSON array of rows, and not rows that are lists themselves.
    public bool IsArray { get; private set; }

    // Leaves the file at its start.
    public static SourceHead Read(FileStream file)
    {
        byte[] buffer = new byte[HeadBytes];
        int length = 0;
        int read;
        while (length < buffer.Length && (read = file.Read(buffer, length, buffer.Length - length)) > 0)
        {
            length += read;
        }

        file.Position = 0;
        var head = new SourceHead();
        ReadOnlySpan<byte> bytes = buffer.AsSpan(0, length);
        if (FileSignature.Find(bytes) is ProblemCode signature)
        {
            head.Fault = $"The file is {FileSignature.Describe(signature, bytes)}.";
            return head;
        }

        int start = buffer.AsSpan(0, length).StartsWith("\uFEFF"u8) ? 3 : 0;
        while (start < length && buffer[start] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            start++;
        }

        head.Look(buffer, start, length);
        head._isBlank = start == length;
        return head;
    }

    // The format of the first row, or why it is not known.
    public (SourceFormat? Format, string? Reason) Recognise()
    {
        RowValue row = _hasRow ? _row.Root : default;
        if (row.IsText)
        {
            return (SourceFormat.JsonText, null);
        }

        if (row.IsList)
        {
            return IsMessages(row) ? (SourceFormat.MessageList, null) : Unknown(row);
        }

        // What an example of a service has is not one of another format, whatever it has beside it.
        if (row[Names.Messages].IsList && !(row[Names.Chosen].Is && row[Names.Rejected].Is))
        {
            return IsShareGpt(row[Names.Messages])
                ? (SourceFormat.ShareGpt, null)
                : (null, "Its rows are chat examples already.");
        }

        if (row["preferred_output"u8].Is)
        {
            return (null, "Its rows are preference examples already.");
        }

        return row[Names.Chosen].Is && row[Names.Rejected].Is ? (SourceFormat.Trl, null)
            : Names.ListOf(row).IsList ? (SourceFormat.ShareGpt, null)
            : row[Names.Instruction].Is && row[Names.Output].Is ? (SourceFormat.Alpaca, null)
            : row[Names.Body][Names.Messages].IsList ? (SourceFormat.Batch, null)
            : row[Names.Prompt].Is && (row[Names.Completion].Is || row["response"u8].Is)
                ? (SourceFormat.Completion, null)
            : row[Names.Text].IsText ? (SourceFormat.Text, null)
            : Unknown(row);
    }

    // The kind of the example that the first row holds as a text.
    public DatasetFormat TextFormat()
    {
        if (!_hasRow || !_row.Root.IsText)
        {
            return DatasetFormat.Chat;
        }

        DatasetFormat found = FormatProbe.Guess(Encoding.UTF8.GetBytes(_row.Root.Text()));
        return found == DatasetFormat.Unknown ? DatasetFormat.Chat : found;
    }

    private (SourceFormat?, string) Unknown(RowValue row)
    {
        if (!_hasRow)
        {
            return (null, _isBlank || IsArray ? "It has no rows." : "Its first line is no JSON.");
        }

        var names = new List<string>();
        foreach (RowValue part in row)
        {
            if (part.Type == JsonTokenType.PropertyName && names.Count < 10)
            {
                names.Add(part.Text());
            }
        }

        string what =
            names.Count > 0
                ? $"The fields of its first row are {string.Join(", ", names)}."
                : "Its first row has no fields.";
        return (null, $"{what} That is no format that is known by its shape.");
    }

    private static bool IsMessages(RowValue list)
    {
        foreach (RowValue item in list)
        {
            return MessageRow.Is(item);
        }

        return false;
    }

    private static bool IsShareGpt(RowValue list)
    {
        foreach (RowValue item in list)
        {
            return item["from"u8].Is;
        }

        return false;
    }

    private void Look(byte[] buffer, int start, int length)
    {
        int end = start < length ? buffer.AsSpan(start, length - start).IndexOf((byte)'\n') : -1;
        int lineEnd = end < 0 ? length : start + end;
        if (start < length && buffer[start] == (byte)'[')
        {
            // A line that is a list of messages is a row; any other array is all rows.
            IsArray = !TryRead(buffer, start, lineEnd - start) || !IsMessages(_row.Root);
            if (IsArray)
            {
                _hasRow = false;
                LookInto(buffer, start + 1, length);
            }

            return;
        }

        TryRead(buffer, start, lineEnd - start);
    }

    // The first value of the array.
    private void LookInto(byte[] buffer, int start, int length)
    {
        var reader = new Utf8JsonReader(buffer.AsSpan(start, length - start), isFinalBlock: false, state: default);
        try
        {
            if (reader.Read() && reader.TrySkip())
            {
                TryRead(buffer, start, (int)reader.BytesConsumed);
            }
        }
        catch (JsonException)
        {
            _hasRow = false;
        }
    }

    private bool TryRead(byte[] buffer, int start, int length)
    {
        try
        {
            _row.Read(buffer, start, length);
            _hasRow = true;
        }
        catch (JsonException)
        {
            _hasRow = false;
        }

        return _hasRow;
    }
}
