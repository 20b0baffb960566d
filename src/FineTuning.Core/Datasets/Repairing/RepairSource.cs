using System.Text;
using FineTuning.Core.Datasets.Reading;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Repairing;

// The file that is repaired: what it is, and how it is read as lines of UTF-8.
internal sealed class RepairSource
{
    // As much of a file as tells whether it is a document.
    private const int HeadBytes = 1024 * 1024;

    private const int SignatureBytes = 4096;

    private readonly FileStream _file;
    private readonly int _maxLineBytes;
    private readonly Encoding? _encoding;

    private RepairSource(FileStream file, int maxLineBytes, ProblemCode? signature, byte[] head)
    {
        _file = file;
        _maxLineBytes = maxLineBytes;
        Encoded = signature;
        HasByteOrderMark = head.AsSpan().StartsWith("\uFEFF"u8);
        _encoding = signature is null ? null : EncodingOf(signature, head);
    }

    // UTF-16 or UTF-32, or null.
    public ProblemCode? Encoded { get; }

    public bool HasByteOrderMark { get; }

    public RepairShape Shape { get; private set; }

    // Looks at the file, and at all of it if it looks like a document.
    public static RepairSource Open(FileStream file, int maxLineBytes, CancellationToken cancellationToken)
    {
        byte[] head = Head(file, SignatureBytes);
        ProblemCode? signature = FileSignature.Find(head);
        if (signature is not null && signature != FileSignature.Utf16 && signature != FileSignature.Utf32)
        {
            throw new DatasetRepairException(
                "NotText",
                $"The file is {FileSignature.Describe(signature, head)}, not JSON lines ({signature.Code}).",
                signature.Fix
            );
        }

        RepairSource source = new(file, maxLineBytes, signature, head);
        source.Shape = source.FindShape(cancellationToken);
        return source;
    }

    // Reads the file from its start; one at a time.
    public Lines Read()
    {
        _file.Position = 0;
        Stream text = _encoding is null ? _file : new TranscodingStream(_file, _encoding);
        if (Shape == RepairShape.Document)
        {
            DocumentStream document = new(text, _maxLineBytes);
            return new Lines(document, null, document);
        }

        if (Shape == RepairShape.BrokenDocument)
        {
            return new Lines(text, null, null);
        }

        CarriageReturnStream returns = new(text);
        return new Lines(returns, returns, null);
    }

    private static byte[] Head(Stream stream, int length)
    {
        byte[] head = new byte[length];
        int count = 0;
        int read;
        while (count < length && (read = stream.Read(head, count, length - count)) > 0)
        {
            count += read;
        }

        return head.AsSpan(0, count).ToArray();
    }

    private static Encoding EncodingOf(ProblemCode signature, byte[] head)
    {
        bool isBigEndian = head[0] == 0 || head[0] == 0xFE;
        return signature == FileSignature.Utf32
            ? new UTF32Encoding(isBigEndian, byteOrderMark: true)
            : new UnicodeEncoding(isBigEndian, byteOrderMark: true);
    }

    private RepairShape FindShape(CancellationToken cancellationToken)
    {
        byte[] head = Head(Read().Stream, HeadBytes);
        ReadOnlySpan<byte> text = head.AsSpan().StartsWith("\uFEFF"u8) ? head.AsSpan(3) : head;
        text = JsonText.TrimStart(text);
        int end = text.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = JsonText.TrimEnd(end < 0 ? text : text.Slice(0, end));
        bool isWholeLine = end >= 0 || head.Length < HeadBytes;
        bool isArray = !line.IsEmpty && line[0] == (byte)'[';
        if (isArray && isWholeLine && SourceProbe.Find(line) is not null)
        {
            return RepairShape.Lines;
        }

        if (line.IsEmpty || (!isArray && line[0] != (byte)'{') || (!isArray && (!isWholeLine || IsExample(line))))
        {
            return RepairShape.Lines;
        }

        if (IsDocument(cancellationToken))
        {
            return RepairShape.Document;
        }

        // As a check sees it: else the first line is a bad one among others.
        bool isBroken = isArray
            ? !isWholeLine || line[line.Length - 1] != (byte)']'
            : line[line.Length - 1] is (byte)'{' or (byte)'[';
        return isBroken ? RepairShape.BrokenDocument : RepairShape.Lines;
    }

    private static bool IsExample(ReadOnlySpan<byte> line) =>
        LenientJson.IsObject(line) || new LenientJson().TryRead(line);

    private bool IsDocument(CancellationToken cancellationToken)
    {
        try
        {
            Shape = RepairShape.Document;
            Stream document = Read().Stream;
            byte[] buffer = new byte[LineBlockReader.BlockBytes];
            while (document.Read(buffer, 0, buffer.Length) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
        finally
        {
            Shape = RepairShape.Lines;
        }
    }

    // The lines of the file, and what they were made with.
    internal readonly record struct Lines(Stream Stream, CarriageReturnStream? Returns, DocumentStream? Document);
}
