namespace FineTuning.Server.Training.Network;

/// <summary>
/// The weights of the layers that every step touches, in one block so that an optimiser can go over them in one pass. A
/// gradient and a moment have the same form.
/// </summary>
internal sealed class DenseLayers
{
    private readonly AlignedBuffer _buffer;

    public DenseLayers(NetworkShape shape)
    {
        int biases = AlignedBuffer.RoundUp(shape.Outputs);
        int hidden = NetworkShape.Hidden * NetworkShape.Prompt;
        int output = shape.Outputs * NetworkShape.Hidden;
        int direct = shape.Outputs * NetworkShape.Prompt;
        _buffer = new AlignedBuffer((long)hidden + NetworkShape.Hidden + output + direct + biases);
        int start = 0;
        HiddenFromPrompt = new FloatTable(_buffer, start, NetworkShape.Hidden, NetworkShape.Prompt);
        HiddenBias = new FloatTable(_buffer, start += hidden, 1, NetworkShape.Hidden);
        OutputFromHidden = new FloatTable(_buffer, start += NetworkShape.Hidden, shape.Outputs, NetworkShape.Hidden);
        OutputFromPrompt = new FloatTable(_buffer, start += output, shape.Outputs, NetworkShape.Prompt);
        OutputBias = new FloatTable(_buffer, start + direct, 1, biases);
    }

    /// <summary>Hidden x Prompt.</summary>
    public FloatTable HiddenFromPrompt { get; }

    /// <summary>1 x Hidden.</summary>
    public FloatTable HiddenBias { get; }

    /// <summary>Outputs x Hidden.</summary>
    public FloatTable OutputFromHidden { get; }

    /// <summary>Outputs x Prompt: the short way, by which one-word answers are learnt as fast as by a linear
    /// classifier.</summary>
    public FloatTable OutputFromPrompt { get; }

    /// <summary>1 x Outputs, filled up to whole lines.</summary>
    public FloatTable OutputBias { get; }

    /// <summary>All weights and biases as one span, so that an optimizer and a file see them as one list.</summary>
    public Span<float> All => _buffer.Span;
}
