namespace FineTuning.Core.Datasets;

/// <summary>
/// A format in which training data are published or made for other trainers. No service of fine-tuning takes it as
/// it is; a line of it is known by its shape and can be converted into an example.
/// </summary>
public enum SourceFormat
{
    /// <summary>
    /// ShareGPT: <c>{"conversations": [{"from": "human", "value": "..."}, {"from": "gpt", "value": "..."}]}</c>.
    /// </summary>
    ShareGpt,

    /// <summary>Alpaca: <c>{"instruction": "...", "input": "...", "output": "..."}</c>; the input may lack.</summary>
    Alpaca,

    /// <summary>
    /// TRL's preference rows: <c>{"prompt": ..., "chosen": ..., "rejected": ...}</c>, each a text or a list of
    /// messages; the prompt may lack where both answers begin with it.
    /// </summary>
    Trl,

    /// <summary>A prompt and its completion as texts: <c>{"prompt": "...", "completion": "..."}</c>.</summary>
    Completion,

    /// <summary>Rows of plain text: <c>{"text": "..."}</c>.</summary>
    Text,

    /// <summary>
    /// Lines for the batch API: <c>{"custom_id": "...", "method": "POST", "url": "...", "body": {...}}</c>.
    /// </summary>
    Batch,

    /// <summary>The example as a string that holds JSON: <c>"{\"messages\": [...]}"</c>.</summary>
    JsonText,

    /// <summary>A list of messages as the line itself: <c>[{"role": "user", "content": "..."}, ...]</c>.</summary>
    MessageList,
}
