using System.Text;

namespace FineTuning.Core.Tokenization;

/// <summary>
/// Byte-pair encoding with the vocabularies of OpenAI's models, with the same results as tiktoken's
/// <c>encode_ordinary</c>: the names of special tokens in a text are ordinary text. A vocabulary is read from this
/// assembly when it is first asked for, once a process, which takes some tens of milliseconds and some ten megabytes.
/// For any number of threads.
/// </summary>
public sealed class Tokenizer
{
    private static readonly Lazy<CharacterTable> s_characters = new(VocabularyFile.ReadCharacters);
    private static readonly Lazy<Tokenizer> s_o200k = new(() =>
        new Tokenizer("o200k_base", new O200kSplitter(s_characters.Value))
    );
    private static readonly Lazy<Tokenizer> s_cl100k = new(() =>
        new Tokenizer("cl100k_base", new Cl100kSplitter(s_characters.Value))
    );

    private readonly PieceSplitter _splitter;

    private Tokenizer(string name, PieceSplitter splitter)
    {
        (Name, _splitter) = (name, splitter);
        Vocabulary = VocabularyFile.ReadVocabulary(name);
    }

    /// <summary>The name of the encoding, <c>o200k_base</c> or <c>cl100k_base</c>.</summary>
    public string Name { get; }

    internal Vocabulary Vocabulary { get; }

    /// <summary>Gives the tokenizer of an encoding. The first call for each reads its vocabulary.</summary>
    /// <param name="encoding"><c>o200k_base</c> or <c>cl100k_base</c>, in lower case.</param>
    /// <returns>The tokenizer, which is the same one each time.</returns>
    /// <exception cref="ArgumentException">There is no such encoding here.</exception>
    public static Tokenizer Get(string encoding) => Find(encoding).Value;

    /// <summary>Tells the encoding that a model reads and writes.</summary>
    /// <param name="model"> The name of a model, such as <c>gpt-4o-mini</c>, with or without a date, or of one that was
    /// fine-tuned from it, such as
    /// <c>ft:gpt-4o-mini:org::id</c> or Azure's <c>gpt-4o-mini.ft-id</c>.
    /// </param>
    /// <returns>The name of the encoding, or null if the model is not known.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is null.</exception>
    public static string? EncodingFor(string model) =>
        ModelEncodings.Find(model ?? throw new ArgumentNullException(nameof(model)));

    /// <summary>Makes a counter for one thread.</summary>
    /// <returns>A new counter. Keep it for many texts: it remembers what it has seen.</returns>
    public TokenCounter CreateCounter() => new(Vocabulary, _splitter);

    /// <summary>Gives the tokens of a text. Half a surrogate pair is taken as U+FFFD.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The ids of the tokens, in order.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    public IReadOnlyList<int> Encode(string text)
    {
        ReadOnlySpan<byte> utf8 = Encoding.UTF8.GetBytes(text ?? throw new ArgumentNullException(nameof(text)));
        PieceMerger merger = new(Vocabulary);
        List<int> ids = [];
        for (int start = 0, end; start < utf8.Length; start = end)
        {
            end = _splitter.EndOfPiece(utf8, start);
            int whole = Vocabulary.Find(utf8, start, end - start);
            if (whole != Vocabulary.NoToken)
            {
                ids.Add(whole);
            }
            else
            {
                foreach (int token in merger.Merge(utf8.Slice(start, end - start)))
                {
                    ids.Add(token);
                }
            }
        }

        return ids;
    }

    /// <summary>Whether the vocabulary of an encoding has been read. For tests: it must not happen before it is
    /// needed.</summary>
    internal static bool IsLoaded(string encoding) => Find(encoding).IsValueCreated;

    private static Lazy<Tokenizer> Find(string encoding) =>
        encoding switch
        {
            "o200k_base" => s_o200k,
            "cl100k_base" => s_cl100k,
            _ => throw new ArgumentException(
                $"There is no encoding '{encoding}'. Use o200k_base or cl100k_base.",
                nameof(encoding)
            ),
        };
}
