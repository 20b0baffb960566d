using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Text;
using System.Text.Unicode;
using FineTuning.Core.Tests.Grading;
using FineTuning.Core.Tokenization;
using FineTuning.Tests.Shared;
using Xunit;

namespace FineTuning.Core.Tests.Tokenization;

/// <summary>What holds for every text, and for the tokenizers themselves.</summary>
public sealed class TokenizerTests
{
    public static TheoryData<string> Encodings => ["o200k_base", "cl100k_base"];

    private static IEnumerable<string> Texts =>
        [.. Corpus.Written, .. Corpus.Mixtures(3_000, seed: 11), .. Corpus.Gibberish(500, seed: 12)];

    [Theory]
    [MemberData(nameof(Encodings))]
    public void The_bytes_of_the_tokens_are_those_of_the_text(string encoding)
    {
        var tokenizer = Tokenizer.Get(encoding);
        foreach (string text in Texts)
        {
            byte[] joined = [.. tokenizer.Encode(text).SelectMany(id => tokenizer.Vocabulary.BytesOf(id).ToArray())];
            Assert.Equal(Encoding.UTF8.GetBytes(text), joined);
        }
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void A_count_is_the_number_of_the_tokens(string encoding)
    {
        var tokenizer = Tokenizer.Get(encoding);
        TokenCounter counter = tokenizer.CreateCounter();
        foreach (string text in Texts)
        {
            int expected = tokenizer.Encode(text).Count;
            Assert.Equal(expected, counter.Count(text));
            Assert.Equal(expected, counter.Count(Encoding.UTF8.GetBytes(text)));
        }
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Every_token_on_its_own_is_one_token(string encoding)
    {
        Vocabulary vocabulary = Tokenizer.Get(encoding).Vocabulary;
        PieceMerger merger = new(vocabulary);
        for (int id = 0; id < vocabulary.Count; id++)
        {
            ReadOnlySpan<byte> bytes = vocabulary.BytesOf(id);
            Assert.Equal(id, vocabulary.Find(bytes, 0, bytes.Length));
            if (Utf8.IsValid(bytes))
            {
                Assert.Equal([id], merger.Merge(bytes).ToArray());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Pieces_are_merged_as_the_plain_rule_says(string encoding)
    {
        Vocabulary vocabulary = Tokenizer.Get(encoding).Vocabulary;
        PieceMerger merger = new(vocabulary);
        LongPieceMerger longMerger = new(vocabulary);
        foreach (
            string text in Corpus
                .Gibberish(1_000, seed: 13)
                .Concat(Corpus.Mixtures(3_000, seed: 15))
                .Where(text => text.Length < 120)
        )
        {
            byte[] piece = Encoding.UTF8.GetBytes(text);
            int[] expected = MergePlainly(vocabulary, piece);
            Assert.Equal(expected, merger.Merge(piece).ToArray());
            Assert.Equal(expected, longMerger.Merge(piece).ToArray());
        }
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    public void The_culture_makes_no_difference(string culture)
    {
        string text = string.Concat(Corpus.Written) + "I'M İ'S ı'Ll 1,5 IT'İ";
        List<int> expected =
        [
            .. Tokenizer.Get("o200k_base").Encode(text),
            .. Tokenizer.Get("cl100k_base").Encode(text),
        ];
        using CultureScope scope = new(culture);
        Assert.Equal(
            expected,
            [.. Tokenizer.Get("o200k_base").Encode(text), .. Tokenizer.Get("cl100k_base").Encode(text)]
        );
    }

    [Fact]
    public void Bytes_that_are_no_text_count_as_a_decoder_reads_them()
    {
        TokenCounter counter = Tokenizer.Get("o200k_base").CreateCounter();
        foreach (byte[] data in Corpus.Bytes(5_000, seed: 14))
        {
            Assert.Equal(Encoding.UTF8.GetString(data), Encoding.UTF8.GetString(Utf8Sanitizer.Mend(data)));
            Assert.Equal(counter.Count(Encoding.UTF8.GetString(data)), counter.Count(data));
        }
    }

    [Fact]
    public void Counting_allocates_nothing()
    {
        TokenCounter counter = Tokenizer.Get("o200k_base").CreateCounter();
        byte[][] texts = [.. Texts.Select(Encoding.UTF8.GetBytes)];
        long CountAll()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            foreach (byte[] text in texts)
            {
                counter.Count(text);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // The first time it makes room for its longest pieces.
        CountAll();
        Assert.Equal(0, CountAll());
    }

    [Fact]
    public async Task Counters_on_several_threads_agree()
    {
        string[] texts = [.. Texts];
        int[] expected = [.. texts.Select(text => Tokenizer.Get("cl100k_base").Encode(text).Count)];
        int[][] counted = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(() =>
                    {
                        TokenCounter counter = Tokenizer.Get("cl100k_base").CreateCounter();
                        return texts.Select(counter.Count).ToArray();
                    })
                )
        );
        Assert.All(counted, counts => Assert.Equal(expected, counts));
    }

    [Fact]
    public void A_vocabulary_is_read_when_it_is_first_asked_for()
    {
        AssemblyLoadContext context = new("a Core of its own", isCollectible: true);
        try
        {
            Assembly core = context.LoadFromAssemblyPath(typeof(Tokenizer).Assembly.Location);
            RuntimeHelpers.RunModuleConstructor(core.ManifestModule.ModuleHandle);
            Type tokenizer = core.GetType(typeof(Tokenizer).FullName!, throwOnError: true)!;
            object? Call(string name, string argument) =>
                tokenizer
                    .GetMethod(
                        name,
                        BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic,
                        [typeof(string)]
                    )!
                    .Invoke(null, [argument]);

            RuntimeHelpers.RunClassConstructor(tokenizer.TypeHandle);
            Assert.Equal("cl100k_base", Call(nameof(Tokenizer.EncodingFor), "gpt-4"));
            Assert.Equal(
                (false, false),
                (Call(nameof(Tokenizer.IsLoaded), "o200k_base"), Call(nameof(Tokenizer.IsLoaded), "cl100k_base"))
            );

            Call(nameof(Tokenizer.Get), "cl100k_base");
            Assert.Equal(
                (false, true),
                (Call(nameof(Tokenizer.IsLoaded), "o200k_base"), Call(nameof(Tokenizer.IsLoaded), "cl100k_base"))
            );
        }
        finally
        {
            context.Unload();
        }
    }

    [Theory]
    [InlineData("gpt-4o-mini-2024-07-18", "o200k_base")]
    [InlineData("ft:gpt-4.1-nano-2025-04-14:my-org::abc123", "o200k_base")]
    [InlineData("gpt-35-turbo-0125.ft-0123456789abcdef", "cl100k_base")]
    [InlineData("ft:gpt-3.5-turbo-0125:org:suffix:id:ckpt-step-100", "cl100k_base")]
    [InlineData("ft:babbage-002", "cl100k_base")]
    [InlineData("o4-mini-2025-04-16", "o200k_base")]
    [InlineData("gpt-5.1", "o200k_base")]
    [InlineData("gpt-4-32k", "cl100k_base")]
    [InlineData("gpt-4all", null)]
    [InlineData("gpt-oss-20b", null)]
    [InlineData("local-small", null)]
    [InlineData("", null)]
    public void A_model_tells_its_encoding(string model, string? expected) =>
        Assert.Equal(expected, Tokenizer.EncodingFor(model));

    [Fact]
    public void An_unknown_encoding_is_named_with_what_there_is()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => Tokenizer.Get("O200K_BASE"));
        Assert.Contains("'O200K_BASE'", error.Message, StringComparison.Ordinal);
        Assert.Contains("o200k_base", error.Message, StringComparison.Ordinal);
        Assert.Contains("cl100k_base", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void A_tokenizer_is_there_once(string encoding)
    {
        Assert.Same(Tokenizer.Get(encoding), Tokenizer.Get(encoding));
        Assert.Equal(encoding, Tokenizer.Get(encoding).Name);
    }

    [Fact]
    public void The_licence_of_the_vocabularies_is_in_the_assembly_with_them()
    {
        using System.IO.Stream stream = typeof(Tokenizer).Assembly.GetManifestResourceStream(
            "Vocabularies/LICENSE-tiktoken.txt"
        )!;
        using System.IO.StreamReader reader = new(stream);
        Assert.Contains("Copyright (c) 2022 OpenAI, Shantanu Jain", reader.ReadToEnd(), StringComparison.Ordinal);
    }

    /// <summary>Of all neighbours whose bytes together are a token, the lowest is merged, the leftmost of equal ones,
    /// until there are none.</summary>
    private static int[] MergePlainly(Vocabulary vocabulary, byte[] piece)
    {
        List<int> starts = [.. Enumerable.Range(0, piece.Length + 1)];
        while (true)
        {
            int lowest = Vocabulary.NoToken,
                at = 0;
            for (int i = 0; i + 2 < starts.Count; i++)
            {
                int token = vocabulary.Find(piece, starts[i], starts[i + 2] - starts[i]);
                if (token < lowest)
                {
                    (lowest, at) = (token, i);
                }
            }

            if (lowest == Vocabulary.NoToken)
            {
                return [.. starts.Zip(starts.Skip(1), (start, end) => vocabulary.Find(piece, start, end - start))];
            }

            starts.RemoveAt(at + 1);
        }
    }
}
