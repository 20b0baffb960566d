namespace FineTuning.Output;

/// <summary>The answers of two models to the same question.</summary>
public sealed class ModelComparison
{
    internal ModelComparison(ModelAnswer answer, ModelAnswer compared) => (Answer, ComparedAnswer) = (answer, compared);

    /// <summary>What the user said last.</summary>
    public string Prompt => Answer.Prompt;

    /// <summary>The model that was asked.</summary>
    public string Model => Answer.Model;

    /// <summary>The text of the model's answer.</summary>
    public string Text => Answer.Text;

    /// <summary>The model that it is compared with.</summary>
    public string ComparedModel => ComparedAnswer.Model;

    /// <summary>The answer of that one.</summary>
    public string ComparedText => ComparedAnswer.Text;

    /// <summary>The answer that the example has; null if it has none.</summary>
    public string? Reference => Answer.Reference;

    /// <summary>The whole answer.</summary>
    public ModelAnswer Answer { get; }

    /// <summary>The whole answer of the other model.</summary>
    public ModelAnswer ComparedAnswer { get; }
}
