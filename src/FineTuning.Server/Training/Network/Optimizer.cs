using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using FineTuning.Server.Training.Data;

namespace FineTuning.Server.Training.Network;

/// <summary>
/// Changes a model's weights. The layers that every example touches learn batch by batch with Adam; the rows of the two
/// tables, of which an example touches few, learn with Adagrad (one accumulator a row): example by example where
/// answers are only to become likelier, and batch by batch where answers to one prompt pull against each other, so that
/// they are weighed before any of them moves a row.
/// </summary>
internal sealed class Optimizer
{
    /// <summary>Base rate of the dense layers at a multiplier of 1.</summary>
    private const double DenseRate = 0.005;

    /// <summary>Base rate of the tables at a multiplier of 1.</summary>
    private const double TableRate = 0.1;

    private const float FirstDecay = 0.9f;
    private const float SecondDecay = 0.999f;
    private const float Epsilon = 1e-8f;

    /// <summary>
    /// The same where answers pull against each other. What they agree on, such as how an answer ends, gives gradients
    /// of nearly nothing, and a full-sized step for each would lead the model astray: below this, steps become as small
    /// as their gradients.
    /// </summary>
    private const float PullingEpsilon = 0.2f;

    /// <summary>Gradients by a logit below this are left out: most tokens are nearly impossible, and skipping them
    /// saves most of the time.</summary>
    private const float Negligible = 1e-4f;

    /// <summary>
    /// What Adagrad takes a trained row to have seen: about what a few examples give. From nothing, its first step
    /// would be as large as that of a new row, however little there is to change.
    /// </summary>
    private const float TrainedSquares = 0.01f;

    private readonly NeuralModel _model;
    private readonly NetworkWorkspace _work;
    private readonly DenseLayers _gradient;
    private readonly DenseLayers _firstMoment;
    private readonly DenseLayers _secondMoment;
    private readonly float[] _promptSquares;
    private readonly float[] _contextSquares;
    private readonly RowGradients? _promptRows;
    private readonly RowGradients? _contextRows;
    private int _batches;

    /// <param name="model">The model to change.</param>
    /// <param name="trained">The sizes of the model that it goes on from: so many of its first rows have been trained
    /// before. Null: none.</param>
    /// <param name="byBatch">Whether the tables too learn batch by batch.</param>
    public Optimizer(NeuralModel model, NetworkShape? trained = null, bool byBatch = false)
    {
        NetworkShape shape = model.Network.Shape;
        _model = model;
        _work = new NetworkWorkspace(shape);
        _gradient = new DenseLayers(shape);
        _firstMoment = new DenseLayers(shape);
        _secondMoment = new DenseLayers(shape);
        _promptSquares = new float[shape.PromptRows];
        _contextSquares = new float[shape.ContextRows];
        _promptSquares.AsSpan(0, trained?.PromptRows ?? 0).Fill(TrainedSquares);
        _contextSquares.AsSpan(0, trained?.ContextRows ?? 0).Fill(TrainedSquares);
        if (byBatch)
        {
            _promptRows = new RowGradients(NetworkShape.Prompt);
            _contextRows = new RowGradients(NetworkShape.Hidden);
        }
    }

    /// <summary>
    /// Goes down the gradient of <paramref name="weight"/> times the sequence's negative log likelihood. A preference
    /// loss gives the rejected answer a negative weight.
    /// </summary>
    /// <param name="sequence">What to learn.</param>
    /// <param name="weight">Factor on the gradient.</param>
    /// <param name="rate">Learning rate as a factor on the base rates.</param>
    /// <param name="cancellationToken">Looked at before each token.</param>
    /// <returns>The score before learning.</returns>
    public SequenceScore Learn(EncodedSequence sequence, float weight, double rate, CancellationToken cancellationToken)
    {
        NeuralNetwork network = _model.Network;
        float tableRate = (float)(TableRate * rate);
        Span<int> rows = stackalloc int[OutputContext.MaxKeys];
        network.ReadPrompt(_work, sequence.Features, sequence.Groups);
        _work.LogitsGradientSum.Clear();
        _work.HiddenGradientSum.Clear();
        var score = default(SequenceScore);
        for (int position = 0; position < sequence.Tokens.Length; position++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<int> known = rows[.._model.FindContext(sequence.Tokens[..position], rows)];
            network.Predict(_work, known);
            ushort token = sequence.Tokens[position];
            bool isCorrect = TensorPrimitives.IndexOfMax<float>(_work.Logits) == token;
            score += new SequenceScore(_work.Normalise() - _work.Logits[token], isCorrect ? 1 : 0, 1);
            _work.Probabilities[token] -= 1;
            BackThroughToken(weight);
            foreach (int row in known)
            {
                if (_contextRows is null)
                {
                    Descend(network.ContextVectors[row], _work.HiddenGradient, 1, tableRate, ref _contextSquares[row]);
                }
                else
                {
                    _contextRows.Add(row, _work.HiddenGradient, 1);
                }
            }
        }

        BackThroughPrompt();
        int next = 0;
        for (int group = 0; group < sequence.Groups.Length; group++)
        {
            float featureWeight = NeuralNetwork.FeatureWeight(group, sequence.Groups[group]);
            for (int end = next + sequence.Groups[group]; next < end; next++)
            {
                int row = sequence.Features[next];
                if (_promptRows is null)
                {
                    Descend(
                        network.PromptVectors[row],
                        _work.PromptGradient,
                        featureWeight,
                        tableRate,
                        ref _promptSquares[row]
                    );
                }
                else
                {
                    _promptRows.Add(row, _work.PromptGradient, featureWeight);
                }
            }
        }

        return score;
    }

    /// <summary>Ends a batch of which something was learnt: changes the dense layers by its mean gradient.</summary>
    /// <param name="count">What the mean is taken over: tokens, or answers where their likelihood as a whole
    /// counts.</param>
    /// <param name="rate">Learning rate as a factor on the base rates.</param>
    public void EndBatch(int count, double rate)
    {
        _batches++;
        DescendRows(_promptRows, _model.Network.PromptVectors, _promptSquares, rate);
        DescendRows(_contextRows, _model.Network.ContextVectors, _contextSquares, rate);
        var scale = new Vector<float>(1f / count);
        var stepSize = new Vector<float>((float)(DenseRate * rate / (1 - Math.Pow(FirstDecay, _batches))));
        var correction = new Vector<float>((float)(1 / (1 - Math.Pow(SecondDecay, _batches))));
        var epsilon = new Vector<float>(_promptRows is null ? Epsilon : PullingEpsilon);
        Span<Vector<float>> weights = MemoryMarshal.Cast<float, Vector<float>>(_model.Network.Dense.All);
        Span<Vector<float>> gradients = MemoryMarshal.Cast<float, Vector<float>>(_gradient.All);
        Span<Vector<float>> first = MemoryMarshal.Cast<float, Vector<float>>(_firstMoment.All);
        Span<Vector<float>> second = MemoryMarshal.Cast<float, Vector<float>>(_secondMoment.All);
        for (int i = 0; i < weights.Length; i++)
        {
            Vector<float> gradient = gradients[i] * scale;
            first[i] = (first[i] * FirstDecay) + (gradient * (1 - FirstDecay));
            second[i] = (second[i] * SecondDecay) + (gradient * gradient * (1 - SecondDecay));
            weights[i] -= stepSize * first[i] / (Vector.SquareRoot(second[i] * correction) + epsilon);
        }

        _gradient.All.Clear();
    }

    /// <summary>Writes what the optimiser remembers between steps. Only between batches.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(_batches);
        writer.WriteRun<float>(_firstMoment.All);
        writer.WriteRun<float>(_secondMoment.All);
        writer.WriteRun<float>(_promptSquares);
        writer.WriteRun<float>(_contextSquares);
    }

    /// <summary>Restores what <see cref="Write"/> wrote.</summary>
    public void Read(BinaryReader reader)
    {
        _batches = reader.ReadInt32();
        reader.ReadRun(_firstMoment.All);
        reader.ReadRun(_secondMoment.All);
        reader.ReadRun<float>(_promptSquares);
        reader.ReadRun<float>(_contextSquares);
    }

    /// <summary>From the gradient by the logits (in the probabilities) to the one by the hidden layer's
    /// input.</summary>
    private void BackThroughToken(float weight)
    {
        Span<float> logitsGradient = _work.Probabilities;
        Span<float> hidden = _work.Hidden;
        Span<float> hiddenGradient = _work.HiddenGradient;
        FloatTable weights = _model.Network.Dense.OutputFromHidden;
        TensorPrimitives.Multiply(logitsGradient, weight, logitsGradient);
        TensorPrimitives.Add(_work.LogitsGradientSum, logitsGradient, _work.LogitsGradientSum);
        hiddenGradient.Clear();
        for (int token = 0; token < logitsGradient.Length; token++)
        {
            float gradient = logitsGradient[token];
            if (MathF.Abs(gradient) > Negligible)
            {
                TensorPrimitives.MultiplyAdd(weights[token], gradient, hiddenGradient, hiddenGradient);
                Span<float> row = _gradient.OutputFromHidden[token];
                TensorPrimitives.MultiplyAdd(hidden, gradient, row, row);
            }
        }

        // The derivative of tanh is 1 - tanh².
        for (int i = 0; i < hidden.Length; i++)
        {
            hiddenGradient[i] *= 1 - (hidden[i] * hidden[i]);
        }

        TensorPrimitives.Add(_work.HiddenGradientSum, hiddenGradient, _work.HiddenGradientSum);
    }

    /// <summary>From the summed gradients by the logits and the hidden layer's input to the one by the prompt's
    /// vector.</summary>
    private void BackThroughPrompt()
    {
        Span<float> prompt = _work.Prompt;
        Span<float> promptGradient = _work.PromptGradient;
        promptGradient.Clear();
        Back(
            _work.LogitsGradientSum,
            _model.Network.Dense.OutputFromPrompt,
            _gradient.OutputFromPrompt,
            prompt,
            promptGradient
        );
        Back(
            _work.HiddenGradientSum,
            _model.Network.Dense.HiddenFromPrompt,
            _gradient.HiddenFromPrompt,
            prompt,
            promptGradient
        );
        Span<float> outputBias = _gradient.OutputBias.All[.._work.LogitsGradientSum.Length];
        TensorPrimitives.Add(outputBias, _work.LogitsGradientSum, outputBias);
        TensorPrimitives.Add(_gradient.HiddenBias.All, _work.HiddenGradientSum, _gradient.HiddenBias.All);
    }

    private static void Back(
        ReadOnlySpan<float> outputGradient,
        FloatTable weights,
        FloatTable weightGradient,
        ReadOnlySpan<float> input,
        Span<float> inputGradient
    )
    {
        for (int i = 0; i < outputGradient.Length; i++)
        {
            float gradient = outputGradient[i];
            if (MathF.Abs(gradient) > Negligible)
            {
                TensorPrimitives.MultiplyAdd(weights[i], gradient, inputGradient, inputGradient);
                Span<float> row = weightGradient[i];
                TensorPrimitives.MultiplyAdd(input, gradient, row, row);
            }
        }
    }

    /// <summary>Adagrad for the rows that a batch touched.</summary>
    private static void DescendRows(RowGradients? gradients, FloatTable table, float[] squares, double rate)
    {
        for (int place = 0; place < gradients?.Rows.Count; place++)
        {
            int row = gradients.Rows[place];
            Descend(table[row], gradients.SumAt(place), 1, (float)(TableRate * rate), ref squares[row]);
        }

        gradients?.Clear();
    }

    /// <summary>Adagrad for one row of a table.</summary>
    private static void Descend(
        Span<float> row,
        ReadOnlySpan<float> gradient,
        float factor,
        float rate,
        ref float squares
    )
    {
        squares += factor * factor * TensorPrimitives.SumOfSquares(gradient) / gradient.Length;
        TensorPrimitives.MultiplyAdd(gradient, -rate * factor / (MathF.Sqrt(squares) + Epsilon), row, row);
    }
}
