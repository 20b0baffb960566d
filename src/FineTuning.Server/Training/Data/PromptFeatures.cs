using System.Text;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Network;

namespace FineTuning.Server.Training.Data;

/// <summary>
/// Describes a conversation as 64-bit feature keys, in groups that the network averages apart: the words of the last
/// message, its word pairs, its character n-grams, and the words of all earlier messages. Case is folded without regard
/// to the culture. The lowest two bits of a key are its group.
/// </summary>
internal sealed class PromptFeatures
{
    public const int Words = 0;
    public const int Pairs = 1;
    public const int Pieces = 2;
    public const int Context = 3;
    public const int GroupCount = 4;

    /// <summary>Words of the last message that are looked at; of a longer one, its beginning and its end.</summary>
    private const int MaxWords = 384;
    private const int MaxContextWords = 384;
    private const int MaxPieces = 1024;
    private const int ShortestPiece = 3;
    private const int MaxPieceLength = 4;

    private readonly List<ulong>[] _groups =
    [
        [],
        [],
        [],
        [],
    ];
    private readonly List<(int Start, int Length)> _words = [];
    private char[] _folded = new char[256];

    /// <summary>The keys found by the last <see cref="Extract"/>, in order of appearance, repetitions
    /// included.</summary>
    public IReadOnlyList<List<ulong>> Groups => _groups;

    /// <summary>The group of a key.</summary>
    public static int GroupOf(ulong key) => (int)(key & 3);

    /// <summary>Finds the features of the first <paramref name="count"/> turns.</summary>
    public void Extract(IReadOnlyList<ChatTurn> turns, int count)
    {
        foreach (List<ulong> group in _groups)
        {
            group.Clear();
        }

        if (count == 0)
        {
            return;
        }

        AddLast(turns[count - 1].Content);
        // From the latest to the earliest, so that what a long conversation loses is its beginning; the system's text
        // comes first.
        for (int pass = 0; pass < 2; pass++)
        {
            for (int i = count - 2; i >= 0 && _groups[Context].Count < MaxContextWords; i--)
            {
                bool isSystem = turns[i].Role is "system" or "developer";
                if (isSystem == (pass == 0))
                {
                    AddContext(turns[i].Content, isSystem ? "system" : turns[i].Role);
                }
            }
        }
    }

    private void AddLast(string text)
    {
        Split(text);
        if (_words.Count > MaxWords)
        {
            _words.RemoveRange(MaxWords / 2, _words.Count - MaxWords);
        }

        ulong previous = 1UL;
        foreach ((int start, int length) in _words)
        {
            Span<char> word = _folded.AsSpan(start, length);
            ulong hash = Hash(word, 0);
            _groups[Words].Add(Key(hash, Words));
            _groups[Pairs].Add(Key(Combine(previous, hash), Pairs));
            previous = hash;
            if (_groups[Pieces].Count < MaxPieces)
            {
                AddPieces(word);
            }
        }

        if (_words.Count > 0)
        {
            _groups[Pairs].Add(Key(Combine(previous, 2UL), Pairs));
        }
    }

    private void AddPieces(ReadOnlySpan<char> word)
    {
        if (word.Length < ShortestPiece)
        {
            return;
        }

        // Numbers are mostly new; how long they are is what can be learnt.
        if (char.IsDigit(word[0]))
        {
            _groups[Pieces].Add(Key(SplitMix64.Mix(0xD161ul + (ulong)word.Length), Pieces));
            return;
        }

        // A word is looked at between two markers, so that its beginning and its end differ from its middle.
        for (int size = ShortestPiece; size <= MaxPieceLength; size++)
        {
            for (int start = -1; start + size <= word.Length + 1; start++)
            {
                int from = Math.Max(start, 0);
                int to = Math.Min(start + size, word.Length);
                ulong salt = (start < 0 ? 1UL : 0) + (start + size > word.Length ? 2UL : 0) + 4;
                _groups[Pieces].Add(Key(Hash(word[from..to], salt), Pieces));
            }
        }
    }

    private void AddContext(string text, string role)
    {
        Split(text);
        ulong salt = Hash(role, 0xC0);
        foreach ((int start, int length) in _words)
        {
            if (_groups[Context].Count >= MaxContextWords)
            {
                return;
            }

            _groups[Context].Add(Key(Combine(salt, Hash(_folded.AsSpan(start, length), 0)), Context));
        }
    }

    /// <summary>Folds the case and finds the words: runs of letters or digits, and every other sign by
    /// itself.</summary>
    private void Split(string text)
    {
        if (_folded.Length < text.Length * 2)
        {
            _folded = new char[text.Length * 2];
        }

        _words.Clear();
        int position = 0;
        int wordStart = -1;
        CharacterKind kindOfWord = CharacterKind.Other;
        foreach (Rune rune in text.EnumerateRunes())
        {
            CharacterKind kind = CharacterKinds.Of(rune);
            if (wordStart >= 0 && (kind != kindOfWord || kind == CharacterKind.Other))
            {
                _words.Add((wordStart, position - wordStart));
                wordStart = -1;
            }

            if (kind != CharacterKind.Space)
            {
                if (wordStart < 0)
                {
                    wordStart = position;
                    kindOfWord = kind;
                }

                position += Rune.ToLowerInvariant(rune).EncodeToUtf16(_folded.AsSpan(position));
            }
        }

        if (wordStart >= 0)
        {
            _words.Add((wordStart, position - wordStart));
        }
    }

    private static ulong Hash(ReadOnlySpan<char> text, ulong salt)
    {
        // FNV-1a over UTF-16 units, then mixed so that all bits count.
        ulong hash = 0xCBF29CE484222325UL ^ salt;
        foreach (char character in text)
        {
            hash = (hash ^ character) * 0x100000001B3UL;
        }

        return SplitMix64.Mix(hash);
    }

    private static ulong Combine(ulong first, ulong second) => SplitMix64.Mix((first * 0x9E3779B97F4A7C15UL) + second);

    private static ulong Key(ulong hash, int group) => (hash & ~3UL) | (uint)group;
}
