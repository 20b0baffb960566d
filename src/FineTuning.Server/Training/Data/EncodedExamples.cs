using System.Runtime.InteropServices;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Network;

namespace FineTuning.Server.Training.Data;

/// <summary>The examples of a file as numbers, held compactly: about four bytes a feature and two a token.</summary>
internal sealed class EncodedExamples
{
    /// <summary>Tokens of one answer that are learnt; the rest of a longer one is not.</summary>
    public const int MaxTokens = 4096;

    /// <summary>Numbers held for one file: half a gigabyte.</summary>
    private const int MaxNumbers = 1 << 27;

    private readonly GrowingArray<int> _features = new();
    private readonly GrowingArray<int> _groups = new();
    private readonly GrowingArray<ushort> _tokens = new();
    private readonly GrowingArray<int> _featureStarts = new();
    private readonly GrowingArray<int> _tokenStarts = new();
    private readonly GrowingArray<int> _firstSequences = new();
    private readonly List<int> _tokenBuffer = [];

    public EncodedExamples()
    {
        _featureStarts.Add(0);
        _tokenStarts.Add(0);
        _firstSequences.Add(0);
    }

    /// <summary>Number of examples: lines of the file with something to learn.</summary>
    public int Count => _firstSequences.Count - 1;

    /// <summary>Number of answers in all examples.</summary>
    public int SequenceCount => _featureStarts.Count - 1;

    /// <summary>Number of tokens of all answers: those trained on in one epoch.</summary>
    public long TokenCount => _tokens.Count;

    /// <summary>The numbers of the answers of an example: from the first (included) to the last (excluded).</summary>
    public (int First, int End) SequencesOf(int example) => (_firstSequences[example], _firstSequences[example + 1]);

    public EncodedSequence Sequence(int sequence)
    {
        int feature = _featureStarts[sequence];
        return new EncodedSequence(
            _features.Slice(feature, _featureStarts[sequence + 1] - feature),
            _groups.Slice(sequence * PromptFeatures.GroupCount, PromptFeatures.GroupCount),
            TokensOf(sequence)
        );
    }

    public ReadOnlySpan<ushort> TokensOf(int sequence) =>
        _tokens.Slice(_tokenStarts[sequence], _tokenStarts[sequence + 1] - _tokenStarts[sequence]);

    /// <summary>Appends a line's answers as one example.</summary>
    public void Add(
        TrainingLine line,
        PromptFeatures extractor,
        FeatureVocabulary vocabulary,
        OutputTokenizer tokenizer
    )
    {
        foreach (int target in line.Targets)
        {
            extractor.Extract(line.Turns, target);
            AddFeatures(extractor, vocabulary);
            AddTokens(line.Turns[target].Content, tokenizer);
            EndSequence();
        }

        _firstSequences.Add(SequenceCount);
    }

    /// <summary>Appends a prompt as one example; its answer is empty, without an end.</summary>
    public void AddPrompt(IReadOnlyList<ChatTurn> turns, PromptFeatures extractor, FeatureVocabulary vocabulary)
    {
        extractor.Extract(turns, turns.Count);
        AddFeatures(extractor, vocabulary);
        EndSequence();
        _firstSequences.Add(SequenceCount);
    }

    /// <summary>Appends an answer to nothing as one example.</summary>
    public void AddAnswer(string text, OutputTokenizer tokenizer)
    {
        for (int group = 0; group < PromptFeatures.GroupCount; group++)
        {
            _groups.Add(0);
        }

        AddTokens(text, tokenizer);
        EndSequence();
        _firstSequences.Add(SequenceCount);
    }

    /// <summary>A checksum of everything, to tell whether a saved state belongs to this data.</summary>
    public ulong Fingerprint()
    {
        ulong hash = 0UL;
        foreach (
            GrowingArray<int> span in (ReadOnlySpan<GrowingArray<int>>)
                [_features, _groups, _featureStarts, _tokenStarts, _firstSequences]
        )
        {
            foreach (int value in span.Span)
            {
                hash = SplitMix64.Mix(hash + (uint)value + 0x9E3779B97F4A7C15UL);
            }
        }

        foreach (ushort token in _tokens.Span)
        {
            hash = SplitMix64.Mix(hash + token + 0x9E3779B97F4A7C15UL);
        }

        return hash;
    }

    private void AddFeatures(PromptFeatures extractor, FeatureVocabulary vocabulary)
    {
        for (int group = 0; group < PromptFeatures.GroupCount; group++)
        {
            int before = _features.Count;
            foreach (ulong key in extractor.Groups[group])
            {
                int row = vocabulary.Find(key);
                if (row >= 0)
                {
                    _features.Add(row);
                }
            }

            _groups.Add(_features.Count - before);
        }
    }

    private void AddTokens(string text, OutputTokenizer tokenizer)
    {
        _tokenBuffer.Clear();
        tokenizer.Encode(text, _tokenBuffer);
        _tokenBuffer.Add(OutputTokenizer.EndOfMessage);
        foreach (int token in CollectionsMarshal.AsSpan(_tokenBuffer)[..Math.Min(_tokenBuffer.Count, MaxTokens)])
        {
            _tokens.Add((ushort)token);
        }
    }

    private void EndSequence()
    {
        _featureStarts.Add(_features.Count);
        _tokenStarts.Add(_tokens.Count);
        if ((long)_features.Count + _tokens.Count > MaxNumbers)
        {
            throw new TrainingException(
                "The file is too large for the built-in trainer. Use fewer or shorter examples."
            );
        }
    }
}
