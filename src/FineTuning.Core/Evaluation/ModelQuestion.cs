using System.Text.Json;

namespace FineTuning.Core.Evaluation;

/// <summary>What a model is asked, with what is known of the right answer.</summary>
public sealed record ModelQuestion
{
    private ModelQuestion(JsonElement messages, string prompt) => (Messages, Prompt) = (messages, prompt);

    /// <summary>The conversation; at least one message.</summary>
    public JsonElement Messages { get; }

    /// <summary>What the user said last; empty if nothing.</summary>
    public string Prompt { get; }

    /// <summary>The answer of the example; null if it has none.</summary>
    public string? Reference { get; private init; }

    /// <summary>The example for graders; null for a plain prompt.</summary>
    public JsonElement? Item { get; init; }

    /// <summary>Fields that go along with the question, such as <c>tools</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement> Options { get; private init; } =
        new Dictionary<string, JsonElement>();

    /// <summary>A question in one text.</summary>
    /// <param name="prompt">The text.</param>
    /// <param name="system">What the system says first; null is nothing.</param>
    public static ModelQuestion Of(string prompt, string? system = null) =>
        new(EvaluationExample.Ask(prompt, system), prompt);

    /// <summary>An example of a dataset, in the format of any method.</summary>
    /// <param name="example">The example, an object.</param>
    /// <param name="system">What the system says first, if the example says nothing for it.</param>
    /// <exception cref="FormatException">It is none; the message is a sentence.</exception>
    public static ModelQuestion FromExample(JsonElement example, string? system = null)
    {
        EvaluationExample read;
        try
        {
            read = EvaluationExample.Read(example);
        }
        catch (FormatException e)
        {
            throw new FormatException($"The example {e.Message}.", e);
        }

        return new ModelQuestion(
            system is null ? read.Messages : EvaluationExample.WithSystem(read.Messages, system),
            read.Prompt
        )
        {
            Reference = read.Reference,
            Item = read.Item,
            Options = read.Options,
        };
    }
}
