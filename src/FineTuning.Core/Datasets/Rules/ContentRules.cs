using System.Globalization;
using System.Text.Json;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// The content of a message: a string, null, or a list of parts.
internal sealed class ContentRules(LineContext line)
{
    internal static readonly ProblemCode ContentWrongKind = ProblemCode.Error(
        "FT1210",
        "content not text",
        "The content of a message is neither a string nor a list of parts.",
        "Write the content as a string.",
        """{"messages":[{"role":"user","content":5},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode ContentEmptyList = ProblemCode.Error(
        "FT1211",
        "no content parts",
        "The content of a message is a list without parts.",
        "Add a part, or write the content as a string.",
        """{"messages":[{"role":"user","content":[]},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode PartNotObject = ProblemCode.Error(
        "FT1212",
        "content part without a type",
        "A part of the content is not an object with a type.",
        """Write the part as {"type": "text", "text": "..."}.""",
        """{"messages":[{"role":"user","content":["Hi"]},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode PartUnknown = ProblemCode.Error(
        "FT1213",
        "content part not allowed",
        "The type of a content part is not known, or messages of this role may not have it.",
        "Use a type that messages of this role may have.",
        """{"messages":[{"role":"user","content":[{"type":"video"}]},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode PartShape = ProblemCode.Error(
        "FT1214",
        "content part incomplete",
        "A part of the content lacks what its type needs, or has it in the wrong shape.",
        "Give the part what its type needs.",
        """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":"https://example.com/a.png"}]},{"role":"assistant","content":"Hello"}]}"""
    );

    public const int MaxImages = 10;

    private readonly ImageRules _images = new(line);

    private enum PartType
    {
        Missing,
        Wrong,
        Unknown,
        Text,
        Image,
        Audio,
        Refusal,
    }

    public static string PartPath(int index) => string.Format(CultureInfo.InvariantCulture, ".content[{0}]", index);

    public void Read(ref JsonScanner json, ref MessageFacts message)
    {
        switch (json.Token)
        {
            case JsonTokenType.String:
                message.Content = ContentKind.Text;
                SetText(json.Raw, ref message);
                break;
            case JsonTokenType.Null:
                message.Content = ContentKind.Null;
                break;
            case JsonTokenType.StartArray:
                ReadParts(ref json, ref message);
                break;
            default:
                message.Content = ContentKind.Wrong;
                line.Report(
                    ContentWrongKind,
                    json.Start,
                    null,
                    $"The content is {json.Kind}, not a string or a list of parts."
                );
                json.Skip();
                break;
        }
    }

    private static void SetText(ReadOnlySpan<byte> raw, ref MessageFacts message)
    {
        message.HasTrailingSpace = JsonText.TrailingSpaceLength(raw, lineFeedsToo: true) > 0;
        message.IsBlank = InvisibleText.IsBlank(raw);
    }

    private void ReadParts(ref JsonScanner json, ref MessageFacts message)
    {
        int start = json.Start;
        message.Content = ContentKind.Parts;
        message.IsBlank = true;
        message.HasTrailingSpace = false;
        int index = 0;
        json.EnterArray();
        while (json.NextElement())
        {
            if (json.Token == JsonTokenType.StartObject)
            {
                ReadPart(ref json, index, ref message);
            }
            else
            {
                // Not the text rules: what the part should be is not known.
                message.IsBlank = false;
                line.Report(PartNotObject, json.Start, null, $"The part of the content is {json.Kind}, not an object.");
                json.Skip();
            }

            index++;
        }

        if (index == 0)
        {
            message.Content = ContentKind.Wrong;
            line.Report(ContentEmptyList, start, null, $"The content is an empty list.");
        }
    }

    private void ReadPart(ref JsonScanner json, int index, ref MessageFacts message)
    {
        int start = json.Start;
        PartType type = PartType.Missing;
        bool hasText = false,
            hasImage = false,
            hasAudio = false,
            hasRefusal = false;
        MessageFacts text = default;
        json.EnterObject();
        while (json.NextProperty(out Key key))
        {
            switch (key)
            {
                case Key.Type:
                    type = ReadType(ref json);
                    break;
                case Key.Text:
                    hasText = json.IsString;
                    if (hasText)
                    {
                        SetText(json.Raw, ref text);
                    }

                    json.Skip();
                    break;
                case Key.Refusal:
                    hasRefusal = json.IsString;
                    json.Skip();
                    break;
                case Key.ImageUrl:
                    hasImage = ReadImage(ref json);
                    break;
                case Key.InputAudio:
                    hasAudio = json.Token == JsonTokenType.StartObject;
                    json.Skip();
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        switch (type)
        {
            case PartType.Missing:
                line.Report(PartNotObject, start, null, $"The part of the content has no type.");
                break;
            case PartType.Text:
                Require(hasText, start, "text", "a \"text\" that is a string");
                message.IsBlank &= hasText && text.IsBlank;
                message.HasTrailingSpace = text.HasTrailingSpace;
                return;
            case PartType.Image:
                Require(
                    hasImage,
                    start,
                    "image_url",
                    "an \"image_url\" with a \"url\" that starts with https://, http:// or data:image/"
                );
                message.Images.Add(index, start);
                break;
            case PartType.Audio:
                Require(hasAudio, start, "input_audio", "an \"input_audio\" with \"data\" and \"format\"");
                message.Audio.Add(index, start);
                break;
            case PartType.Refusal:
                Require(hasRefusal, start, "refusal", "a \"refusal\" that is a string");
                message.Refusals.Add(index, start);
                break;
        }

        message.IsBlank = false;
        message.HasTrailingSpace = false;
    }

    private void Require(bool has, int start, string type, string what)
    {
        if (!has)
        {
            line.Report(PartShape, start, null, $"A part of the type \"{type}\" needs {what}.");
        }
    }

    private PartType ReadType(ref JsonScanner json)
    {
        if (!json.IsString)
        {
            line.Report(PartNotObject, json.Start, null, $"The type of the part is {json.Kind}, not a string.");
            json.Skip();
            return PartType.Wrong;
        }

        ReadOnlySpan<byte> name = json.Value;
        PartType type =
            name.SequenceEqual("text"u8) ? PartType.Text
            : name.SequenceEqual("image_url"u8) ? PartType.Image
            : name.SequenceEqual("input_audio"u8) ? PartType.Audio
            : name.SequenceEqual("refusal"u8) ? PartType.Refusal
            : PartType.Unknown;
        if (type == PartType.Unknown)
        {
            line.Report(
                PartUnknown,
                json.Start,
                null,
                $"The part has the type \"{name}\", which is not one of text, image_url, input_audio, refusal."
            );
        }

        return type;
    }

    // The URL is not fetched; the usual mistake is a local path or a bare file name.
    private bool ReadImage(ref JsonScanner json)
    {
        if (json.Token != JsonTokenType.StartObject)
        {
            json.Skip();
            return false;
        }

        bool hasUrl = false;
        json.EnterObject();
        while (json.NextProperty(out Key key))
        {
            if (key == Key.Url && json.IsString)
            {
                ReadOnlySpan<byte> url = json.Value;
                hasUrl = _images.Read(json.Start, url);
            }
            else if (key == Key.Detail && !IsDetail(json))
            {
                line.Report(PartShape, json.Start, null, $"The detail of the image is not one of auto, low, high.");
            }

            json.Skip();
        }

        return hasUrl;
    }

    private static bool IsDetail(scoped in JsonScanner json)
    {
        if (!json.IsString)
        {
            return false;
        }

        ReadOnlySpan<byte> detail = json.Value;
        return detail.SequenceEqual("auto"u8) || detail.SequenceEqual("low"u8) || detail.SequenceEqual("high"u8);
    }
}
