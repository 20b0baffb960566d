namespace FineTuning.Core.Evaluation;

/// <summary>An example of a dataset as a question.</summary>
/// <param name="Line">Its line in the file, from 1.</param>
/// <param name="Question">The question.</param>
public sealed record ExampleQuestion(long Line, ModelQuestion Question);
