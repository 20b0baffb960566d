using System.Text.Json;
using FineTuning.Server.Training.Network;

namespace FineTuning.Server.Training.Data;

/// <summary>Items as numbers, with their lines for the grader.</summary>
internal sealed class RewardData
{
    private readonly GrowingArray<byte> _lines = new();
    private readonly List<int> _starts = [0];

    private RewardData() { }

    /// <summary>A prompt an item.</summary>
    public EncodedExamples Prompts { get; } = new();

    public int Count => Prompts.Count;

    public static RewardData Read(
        string path,
        string param,
        FeatureVocabulary vocabulary,
        CancellationToken cancellationToken
    )
    {
        var extractor = new PromptFeatures();
        var data = new RewardData();
        foreach (RewardItem item in RewardExamples.Read(path, param, cancellationToken))
        {
            data.Prompts.AddPrompt(item.Turns, extractor, vocabulary);
            data._lines.Add(item.Json);
            data._starts.Add(data._lines.Count);
        }

        return data.Count > 0 ? data : throw RewardExamples.NothingToLearn(param);
    }

    public JsonElement ItemOf(int example) =>
        JsonElement.Parse(_lines.Slice(_starts[example], _starts[example + 1] - _starts[example]));

    public ulong Fingerprint()
    {
        ulong hash = Prompts.Fingerprint();
        foreach (byte value in _lines.Span)
        {
            hash = (hash ^ value) * 0x100000001B3UL;
        }

        return SplitMix64.Mix(hash);
    }
}
