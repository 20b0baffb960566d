using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// The addresses of images, after OpenAI's guide to vision fine-tuning. Images are not fetched.
internal sealed class ImageRules(LineContext line)
{
    internal static readonly ProblemCode Format = ProblemCode.Warning(
        "FT1242",
        "image of another format",
        "Fine-tuning takes JPEG, PNG and WEBP. Examples with other images are skipped.",
        "Save the image as PNG, JPEG or WEBP.",
        """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/gif;base64,R0lGODlh"}}]},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode Data = ProblemCode.Error(
        "FT1243",
        "image data not base64",
        "The data of an image are not of the form data:image/png;base64,... or their base64 is empty or broken.",
        "Write the image's bytes as base64 behind data:image/png;base64, or the like.",
        """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,@@@"}}]},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode TooLarge = ProblemCode.Warning(
        "FT1244",
        "image of more than 10 MB",
        "Fine-tuning takes images of at most 10 MB. Examples with larger ones are skipped.",
        "Make the image smaller.",
        "an example with an image of 11 MB as base64"
    );

    internal static readonly ProblemCode Plain = ProblemCode.Warning(
        "FT1245",
        "image without https",
        "The image would be fetched over plain http, which not every service does, and which anyone on the way can "
            + "change.",
        "Use an https address, or put the image into the example as base64.",
        """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"http://example.com/a.png"}}]},{"role":"assistant","content":"Hello"}]}"""
    );

    private const int MaxBytes = 10 * 1024 * 1024;
    private static readonly string[] s_others = [".gif", ".svg", ".heic", ".heif", ".bmp", ".tif", ".tiff", ".avif"];

    // False if it is no address of an image at all; what is wrong with an address is reported.
    public bool Read(int start, ReadOnlySpan<byte> url)
    {
        if (StartsWith(url, "data:image/"u8))
        {
            ReadData(start, url.Slice("data:image/".Length));
            return true;
        }

        bool isPlain = StartsWith(url, "http://"u8);
        if (!isPlain && !StartsWith(url, "https://"u8))
        {
            return false;
        }

        ReadOnlySpan<byte> rest = url.Slice(isPlain ? 7 : 8);
        if (rest.IsEmpty || rest[0] is (byte)'/' or (byte)'?' or (byte)'#' or (byte)':')
        {
            return false;
        }

        if (isPlain)
        {
            line.Report(Plain, start, null, $"The image is fetched over plain http.");
        }

        int end = rest.IndexOfAny((byte)'?', (byte)'#');
        ReadOnlySpan<byte> path = end < 0 ? rest : rest.Slice(0, end);
        int dot = path.LastIndexOf((byte)'.');
        if (path.IndexOf((byte)'/') >= 0 && dot >= 0 && IsOther(JsonText.Decode(path.Slice(dot))))
        {
            line.Report(Format, start, null, $"The image ends in {path.Slice(dot)}; JPEG, PNG and WEBP are taken.");
        }

        return true;
    }

    private static bool IsOther(string extension) => s_others.Contains(extension, StringComparer.OrdinalIgnoreCase);

    // Schemes and media types have no case.
    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start)
    {
        if (text.Length < start.Length)
        {
            return false;
        }

        for (int i = 0; i < start.Length; i++)
        {
            byte value = text[i];
            value = value is >= (byte)'A' and <= (byte)'Z' ? (byte)(value | 0x20) : value;
            if (value != start[i])
            {
                return false;
            }
        }

        return true;
    }

    private void ReadData(int start, ReadOnlySpan<byte> rest)
    {
        int comma = rest.IndexOf((byte)',');
        ReadOnlySpan<byte> head = comma < 0 ? rest : rest.Slice(0, comma);
        int semicolon = head.IndexOf((byte)';');
        ReadOnlySpan<byte> type = semicolon < 0 ? head : head.Slice(0, semicolon);
        ReadOnlySpan<byte> data = comma < 0 ? default : rest.Slice(comma + 1);
        bool isBase64 = head.Length >= 7 && StartsWith(head.Slice(head.Length - 7), ";base64"u8);
        bool isTaken = Is(type, "png"u8) || Is(type, "jpeg"u8) || Is(type, "jpg"u8) || Is(type, "webp"u8);
        if (!isTaken)
        {
            line.Report(Format, start, null, $"The image is of the type image/{type}; JPEG, PNG and WEBP are taken.");
        }

        if (!isBase64 || data.IsEmpty || !IsBase64(data))
        {
            string what =
                !isBase64 ? "are not marked as base64"
                : data.IsEmpty ? "are empty"
                : "are not base64";
            line.Report(Data, start, null, $"The data of the image {what}.");
        }
        else if (isTaken && data.StartsWith("R0lGOD"u8))
        {
            line.Report(Format, start, null, $"The image is called image/{type} but is a GIF.");
        }

        if (data.Length / 4L * 3 > MaxBytes)
        {
            line.Report(
                TooLarge,
                start,
                null,
                $"The image has {data.Length / 4L * 3} bytes; at most {MaxBytes} are taken."
            );
        }
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name) =>
        text.Length == name.Length && StartsWith(text, name);

    private static bool IsBase64(ReadOnlySpan<byte> data)
    {
        int length = data.Length;
        while (length > 0 && data.Length - length < 2 && data[length - 1] == (byte)'=')
        {
            length--;
        }

        for (int i = 0; i < length; i++)
        {
            byte value = data[i];
            bool isLetter = (value | 0x20) is >= 'a' and <= 'z';
            if (!isLetter && value is not ((>= (byte)'0' and <= (byte)'9') or (byte)'+' or (byte)'/'))
            {
                return false;
            }
        }

        // The padding may lack, but one letter alone is no byte.
        return length % 4 != 1 && (length == data.Length || data.Length % 4 == 0);
    }
}
