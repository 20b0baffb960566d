using System.Runtime.CompilerServices;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Converting.Sources;

// The names of fields that the formats have.
internal static class Names
{
    public static ReadOnlySpan<byte> Messages => "messages"u8;

    public static ReadOnlySpan<byte> Images => "images"u8;

    public static ReadOnlySpan<byte> Image => "image"u8;

    public static ReadOnlySpan<byte> ToolCallId => "tool_call_id"u8;

    public static ReadOnlySpan<byte> ToolCalls => "tool_calls"u8;

    public static ReadOnlySpan<byte> FunctionCall => "function_call"u8;

    public static ReadOnlySpan<byte> Function => "function"u8;

    public static ReadOnlySpan<byte> Arguments => "arguments"u8;

    public static ReadOnlySpan<byte> Refusal => "refusal"u8;

    public static ReadOnlySpan<byte> Weight => "weight"u8;

    public static ReadOnlySpan<byte> Name => "name"u8;

    public static ReadOnlySpan<byte> System => "system"u8;

    public static ReadOnlySpan<byte> Tools => "tools"u8;

    public static ReadOnlySpan<byte> Prompt => "prompt"u8;

    public static ReadOnlySpan<byte> Completion => "completion"u8;

    public static ReadOnlySpan<byte> Chosen => "chosen"u8;

    public static ReadOnlySpan<byte> Rejected => "rejected"u8;

    public static ReadOnlySpan<byte> Instruction => "instruction"u8;

    public static ReadOnlySpan<byte> Input => "input"u8;

    public static ReadOnlySpan<byte> Output => "output"u8;

    public static ReadOnlySpan<byte> Body => "body"u8;

    public static ReadOnlySpan<byte> Text => "text"u8;

    // The list of messages, under one of its names; none if there is none.
    [MethodImpl(Jit.Optimized)]
    public static RowValue ListOf(RowValue row) =>
        row["conversations"u8] is { IsList: true } many ? many
        : row["conversation"u8] is { IsList: true } one ? one
        : row[Messages];
}
