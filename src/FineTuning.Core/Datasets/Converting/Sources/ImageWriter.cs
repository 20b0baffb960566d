using System.Runtime.CompilerServices;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Converting.Sources;

// Pictures that rows name apart from their texts, which have the mark <image> where one belongs. A file beside the
// dataset becomes a data URL.
internal sealed class ImageWriter(ExampleBuffer json, string folder)
{
    private const string Mark = "<image>";

    // Services take no larger ones.
    private const int MaxFileBytes = 10 * 1024 * 1024;

    private readonly List<RowValue> _images = [];
    private int _next;

    public bool Any => _images.Count > 0;

    [MethodImpl(Jit.Optimized)]
    public void Begin(RowValue images)
    {
        _images.Clear();
        _next = 0;
        if (images.IsList)
        {
            foreach (RowValue image in images)
            {
                _images.Add(image);
            }
        }
        else if (images.Is)
        {
            _images.Add(images);
        }
    }

    // The content of a message, as parts.
    public void Write(string text)
    {
        json.Raw("["u8);
        bool isFirst = true;
        int start = 0;
        while (start <= text.Length)
        {
            int mark = text.IndexOf(Mark, start, StringComparison.Ordinal);
            string before = (mark < 0 ? text.Substring(start) : text.Substring(start, mark - start)).Trim();
            if (before.Length > 0)
            {
                json.Raw(isFirst ? ""u8 : ","u8).Raw("{\"type\":\"text\",\"text\":"u8).Text(before).Raw("}"u8);
                isFirst = false;
            }

            if (mark < 0)
            {
                break;
            }

            json.Raw(isFirst ? ""u8 : ","u8);
            isFirst = false;
            Image(Take());
            start = mark + Mark.Length;
        }

        json.Raw("]"u8);
    }

    // Parts as chat messages have them; a part {"type": "image"} stands for the next picture of the row.
    public void WriteParts(RowValue parts)
    {
        json.Raw("["u8);
        bool isFirst = true;
        foreach (RowValue part in parts)
        {
            json.Raw(isFirst ? ""u8 : ","u8);
            isFirst = false;
            if (part["type"u8].HasText("image"u8))
            {
                Image(
                    part["image"u8] is { IsText: true } image ? image
                    : part["url"u8] is { IsText: true } url ? url
                    : Take()
                );
            }
            else if (part["type"u8].HasText("text"u8))
            {
                json.Raw("{\"type\":\"text\",\"text\":"u8).Text(part["text"u8]).Raw("}"u8);
            }
            else
            {
                json.Value(part);
            }
        }

        json.Raw("]"u8);
    }

    private RowValue Take() =>
        _next < _images.Count
            ? _images[_next++]
            : throw new SourceRowException(
                "ImageMissing",
                $"has more marks {Mark} than the {_images.Count} of \"images\"."
            );

    private void Image(RowValue image)
    {
        if (image["bytes"u8].IsText || image["path"u8].IsText)
        {
            image = image["path"u8];
        }

        if (!image.IsText)
        {
            throw new SourceRowException("ImageMissing", "has an image that is no address and no path.");
        }

        string address = image.Text();
        bool isAddress =
            address.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
            || address.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            || address.StartsWith("data:", StringComparison.OrdinalIgnoreCase);
        json.Raw("{\"type\":\"image_url\",\"image_url\":{\"url\":"u8)
            .Text(isAddress ? address : DataUrl(address))
            .Raw("}}"u8);
    }

    private string DataUrl(string path)
    {
        // A dataset of somebody else's must not take other files along into an upload.
        string full = Path.GetFullPath(Path.Combine(folder, path));
        string root = folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar;
        var file = new FileInfo(full);
        if (!full.StartsWith(root, StringComparison.Ordinal) || !file.Exists)
        {
            throw new SourceRowException(
                "ImageMissing",
                $"names the image '{path}', which is no file in the folder of the rows, and no https address."
            );
        }

        if (file.Length > MaxFileBytes)
        {
            throw new SourceRowException("ImageMissing", $"names the image '{path}', which is larger than 10 MB.");
        }

        byte[] bytes = File.ReadAllBytes(full);
        return TypeOf(bytes) is string type
            ? $"data:image/{type};base64,{Convert.ToBase64String(bytes)}"
            : throw new SourceRowException("ImageMissing", $"names the image '{path}', which is no PNG, JPEG or WebP.");
    }

    private static string? TypeOf(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']) ? "png"
        : bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "jpeg"
        : bytes.Length > 12 && bytes.StartsWith("RIFF"u8) && bytes.Slice(8).StartsWith("WEBP"u8) ? "webp"
        : null;
}
