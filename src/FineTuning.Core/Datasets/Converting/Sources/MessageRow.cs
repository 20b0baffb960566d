using System.Runtime.CompilerServices;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Converting.Sources;

// A message as formats write it: from and value, or role and content.
internal static class MessageRow
{
    public static bool Is(RowValue value) => SpeakerOf(value).IsText;

    [MethodImpl(Jit.Optimized)]
    public static Speaker Speaker(RowValue message)
    {
        RowValue name = SpeakerOf(message);
        if (!name.IsText)
        {
            throw new SourceRowException(
                "RoleUnknown",
                "has a message that does not say who speaks, as \"from\" or as \"role\"."
            );
        }

        Speaker speaker = SpeakerNames.Find(name);
        return speaker != Sources.Speaker.Unknown
            ? speaker
            : throw new SourceRowException(
                "RoleUnknown",
                $"has a message from \"{Scanning.JsonText.Show(name.Raw)}\", which is no speaker that is known."
            );
    }

    [MethodImpl(Jit.Optimized)]
    public static RowValue Content(RowValue message) =>
        message["value"u8] is { Is: true } value ? value
        : message["content"u8] is { Is: true } content ? content
        : message["text"u8];

    // Whether two messages are the same to a model.
    public static bool Same(RowValue one, RowValue other)
    {
        RowValue first = Content(one);
        RowValue second = Content(other);
        return Speaker(one) == Speaker(other)
            && first.Type == second.Type
            && (!first.Is || first.Raw.SequenceEqual(second.Raw));
    }

    private static RowValue SpeakerOf(RowValue message) =>
        message["from"u8] is { Is: true } from ? from : message["role"u8];
}
