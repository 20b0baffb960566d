using System.Numerics.Tensors;

namespace FineTuning.Server.Training.Network;

/// <summary>The intermediate results of one reader of a network, reused from token to token.</summary>
internal sealed class NetworkWorkspace(NetworkShape shape)
{
    private readonly FloatTable _prompts = new(2, NetworkShape.Prompt);
    private readonly FloatTable _hiddens = new(4, NetworkShape.Hidden);
    private readonly FloatTable _logits = new(4, AlignedBuffer.RoundUp(shape.Outputs));

    /// <summary>The prompt's vector.</summary>
    public Span<float> Prompt => _prompts[0];

    public Span<float> PromptGradient => _prompts[1];

    /// <summary>What the prompt and the bias give to the hidden layer.</summary>
    public Span<float> HiddenBase => _hiddens[0];

    public Span<float> Hidden => _hiddens[1];

    /// <summary>Gradient by what goes into the hidden layer, for one token.</summary>
    public Span<float> HiddenGradient => _hiddens[2];

    /// <summary>The same, summed over the tokens of a sequence.</summary>
    public Span<float> HiddenGradientSum => _hiddens[3];

    /// <summary>What the prompt and the bias give to the logits.</summary>
    public Span<float> LogitsBase => _logits[0][..shape.Outputs];

    public Span<float> Logits => _logits[1][..shape.Outputs];

    /// <summary>Probabilities after <see cref="Normalise"/>; the gradient by the logits while learning.</summary>
    public Span<float> Probabilities => _logits[2][..shape.Outputs];

    /// <summary>The gradient by the logits, summed over the tokens of a sequence.</summary>
    public Span<float> LogitsGradientSum => _logits[3][..shape.Outputs];

    /// <summary>Turns the logits into probabilities.</summary>
    /// <returns>The logarithm of the sum of the exponentials of the logits.</returns>
    public double Normalise()
    {
        Span<float> probabilities = Probabilities;
        float maximum = TensorPrimitives.Max<float>(Logits);
        TensorPrimitives.Subtract(Logits, maximum, probabilities);
        TensorPrimitives.Exp(probabilities, probabilities);
        float sum = TensorPrimitives.Sum<float>(probabilities);
        TensorPrimitives.Multiply(probabilities, 1 / sum, probabilities);
        return maximum + Math.Log(sum);
    }
}
