namespace FineTuning.Core.Datasets;

/// <summary>What kind of examples a dataset holds.</summary>
public enum DatasetFormat
{
    /// <summary>No line says what kind of dataset this is.</summary>
    Unknown,

    /// <summary><c>{"messages": [...]}</c> with an assistant message to learn from: supervised fine-tuning of a chat
    /// model.</summary>
    Chat,

    /// <summary><c>{"prompt": "...", "completion": "..."}</c>: supervised fine-tuning of a base model.</summary>
    Completion,

    /// <summary><c>{"input": {...}, "preferred_output": [...], "non_preferred_output": [...]}</c>: direct preference
    /// optimisation.</summary>
    Preference,

    /// <summary><c>{"messages": [...], "any_field": ...}</c> that ends with a user message: reinforcement fine-tuning
    /// with a grader.</summary>
    Reinforcement,
}
