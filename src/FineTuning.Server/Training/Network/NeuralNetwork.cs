using System.Numerics.Tensors;
using FineTuning.Server.Training.Data;

namespace FineTuning.Server.Training.Network;

/// <summary>
/// A conditional language model. The prompt is a weighted sum of averaged feature vectors; a hidden layer sees it and
/// the vectors of the last output tokens; the next token's logits come from the hidden layer and, by a short way, from
/// the prompt itself. Reading is thread-safe, each reader with its own <see cref="NetworkWorkspace"/>.
/// </summary>
internal sealed class NeuralNetwork
{
    /// <summary>How much each group of features counts in a prompt.</summary>
    private static readonly float[] s_groupWeights = [1f, 0.5f, 0.5f, 0.5f];

    public NeuralNetwork(NetworkShape shape)
    {
        Shape = shape;
        PromptVectors = new FloatTable(shape.PromptRows, NetworkShape.Prompt);
        ContextVectors = new FloatTable(shape.ContextRows, NetworkShape.Hidden);
        Dense = new DenseLayers(shape);
    }

    public NetworkShape Shape { get; }

    /// <summary>PromptRows x Prompt.</summary>
    public FloatTable PromptVectors { get; }

    /// <summary>ContextRows x Hidden.</summary>
    public FloatTable ContextVectors { get; }

    public DenseLayers Dense { get; }

    /// <summary>Bytes of all weights.</summary>
    public long Size => sizeof(float) * ((long)PromptVectors.All.Length + ContextVectors.All.Length + Dense.All.Length);

    /// <summary>Starting weights. The two tables start at zero: a feature that was never trained then adds
    /// nothing.</summary>
    public void Initialise(SplitMix64 random)
    {
        random.FillUniform(Dense.HiddenFromPrompt.All, Math.Sqrt(6.0 / (NetworkShape.Hidden + NetworkShape.Prompt)));
        random.FillUniform(Dense.OutputFromHidden.All, 1.0 / NetworkShape.Hidden);
        random.FillUniform(Dense.OutputFromPrompt.All, Math.Sqrt(1.0 / NetworkShape.Prompt));
    }

    /// <summary>
    /// Copies the weights of a network whose rows and tokens are the first of this one's. The other rows stay zero:
    /// what was never trained adds nothing. (A prompt with new features among known ones averages over more of them, so
    /// its vector is shorter until they are trained, but points the same way.)
    /// </summary>
    public void TakeOver(NeuralNetwork smaller)
    {
        smaller.PromptVectors.All.CopyTo(PromptVectors.All);
        smaller.ContextVectors.All.CopyTo(ContextVectors.All);
        smaller.Dense.HiddenFromPrompt.All.CopyTo(Dense.HiddenFromPrompt.All);
        smaller.Dense.HiddenBias.All.CopyTo(Dense.HiddenBias.All);
        smaller.Dense.OutputFromHidden.All.CopyTo(Dense.OutputFromHidden.All);
        smaller.Dense.OutputFromPrompt.All.CopyTo(Dense.OutputFromPrompt.All);
        smaller.Dense.OutputBias.All[..smaller.Shape.Outputs].CopyTo(Dense.OutputBias.All);
    }

    /// <summary>The weight of one feature of a group that has <paramref name="count"/> of them.</summary>
    public static float FeatureWeight(int group, int count) => s_groupWeights[group] / count;

    /// <summary>Looks at a sequence's prompt: fills the workspace's prompt, hidden base and logits base.</summary>
    public void ReadPrompt(NetworkWorkspace work, ReadOnlySpan<int> features, ReadOnlySpan<int> groups)
    {
        Span<float> prompt = work.Prompt;
        prompt.Clear();
        int next = 0;
        for (int group = 0; group < groups.Length; group++)
        {
            float weight = FeatureWeight(group, groups[group]);
            for (int end = next + groups[group]; next < end; next++)
            {
                TensorPrimitives.MultiplyAdd(PromptVectors[features[next]], weight, prompt, prompt);
            }
        }

        Multiply(Dense.HiddenFromPrompt, prompt, Dense.HiddenBias.All, work.HiddenBase);
        Multiply(Dense.OutputFromPrompt, prompt, Dense.OutputBias.All, work.LogitsBase);
    }

    /// <summary>
    /// Predicts the token after <paramref name="contextRows"/> (rows of <see cref="ContextVectors"/>): fills the
    /// workspace's hidden layer and its logits.
    /// </summary>
    public void Predict(NetworkWorkspace work, ReadOnlySpan<int> contextRows)
    {
        Span<float> hidden = work.Hidden;
        work.HiddenBase.CopyTo(hidden);
        foreach (int row in contextRows)
        {
            TensorPrimitives.Add(hidden, ContextVectors[row], hidden);
        }

        TensorPrimitives.Tanh(hidden, hidden);
        Multiply(Dense.OutputFromHidden, hidden, work.LogitsBase, work.Logits);
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(Shape.PromptRows);
        writer.Write(Shape.ContextRows);
        writer.Write(Shape.Outputs);
        writer.WriteRun<float>(PromptVectors.All);
        writer.WriteRun<float>(ContextVectors.All);
        writer.WriteRun<float>(Dense.All);
    }

    public static NeuralNetwork Read(BinaryReader reader)
    {
        var network = new NeuralNetwork(new NetworkShape(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32()));
        reader.ReadRun(network.PromptVectors.All);
        reader.ReadRun(network.ContextVectors.All);
        reader.ReadRun(network.Dense.All);
        return network;
    }

    /// <summary>result[i] = matrix[i] · vector + bias[i].</summary>
    private static void Multiply(
        FloatTable matrix,
        ReadOnlySpan<float> vector,
        ReadOnlySpan<float> bias,
        Span<float> result
    )
    {
        for (int i = 0; i < matrix.Rows; i++)
        {
            result[i] = TensorPrimitives.Dot(matrix[i], vector) + bias[i];
        }
    }
}
