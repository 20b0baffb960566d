namespace FineTuning.Core.Datasets.Scanning;

// The keys that the rules know.
internal enum Key
{
    Other,
    Annotations,
    Arguments,
    Audio,
    Completion,
    Content,
    Data,
    Description,
    Detail,
    Format,
    Function,
    FunctionCall,
    Functions,
    Id,
    ImageUrl,
    Input,
    InputAudio,
    Messages,
    Name,
    NonPreferredOutput,
    ParallelToolCalls,
    Parameters,
    PreferredOutput,
    Prompt,
    Refusal,
    Role,
    Strict,
    Text,
    ToolCallId,
    ToolCalls,
    Tools,
    Type,
    Url,
    Weight,
}

internal static class Keys
{
    // By length first: nearly every key is settled by one comparison.
    public static Key Parse(ReadOnlySpan<byte> name) =>
        name.Length switch
        {
            2 => name.SequenceEqual("id"u8) ? Key.Id : Key.Other,
            3 => name.SequenceEqual("url"u8) ? Key.Url : Key.Other,
            4 => name.SequenceEqual("role"u8) ? Key.Role
            : name.SequenceEqual("type"u8) ? Key.Type
            : name.SequenceEqual("text"u8) ? Key.Text
            : name.SequenceEqual("name"u8) ? Key.Name
            : name.SequenceEqual("data"u8) ? Key.Data
            : Key.Other,
            5 => name.SequenceEqual("input"u8) ? Key.Input
            : name.SequenceEqual("tools"u8) ? Key.Tools
            : name.SequenceEqual("audio"u8) ? Key.Audio
            : Key.Other,
            6 => name.SequenceEqual("prompt"u8) ? Key.Prompt
            : name.SequenceEqual("weight"u8) ? Key.Weight
            : name.SequenceEqual("strict"u8) ? Key.Strict
            : name.SequenceEqual("format"u8) ? Key.Format
            : name.SequenceEqual("detail"u8) ? Key.Detail
            : Key.Other,
            7 => name.SequenceEqual("content"u8) ? Key.Content
            : name.SequenceEqual("refusal"u8) ? Key.Refusal
            : Key.Other,
            8 => name.SequenceEqual("messages"u8) ? Key.Messages
            : name.SequenceEqual("function"u8) ? Key.Function
            : Key.Other,
            9 => name.SequenceEqual("arguments"u8) ? Key.Arguments
            : name.SequenceEqual("functions"u8) ? Key.Functions
            : name.SequenceEqual("image_url"u8) ? Key.ImageUrl
            : Key.Other,
            10 => name.SequenceEqual("completion"u8) ? Key.Completion
            : name.SequenceEqual("tool_calls"u8) ? Key.ToolCalls
            : name.SequenceEqual("parameters"u8) ? Key.Parameters
            : Key.Other,
            11 => name.SequenceEqual("annotations"u8) ? Key.Annotations
            : name.SequenceEqual("input_audio"u8) ? Key.InputAudio
            : name.SequenceEqual("description"u8) ? Key.Description
            : Key.Other,
            12 => name.SequenceEqual("tool_call_id"u8) ? Key.ToolCallId : Key.Other,
            13 => name.SequenceEqual("function_call"u8) ? Key.FunctionCall : Key.Other,
            16 => name.SequenceEqual("preferred_output"u8) ? Key.PreferredOutput : Key.Other,
            19 => name.SequenceEqual("parallel_tool_calls"u8) ? Key.ParallelToolCalls : Key.Other,
            20 => name.SequenceEqual("non_preferred_output"u8) ? Key.NonPreferredOutput : Key.Other,
            _ => Key.Other,
        };
}
