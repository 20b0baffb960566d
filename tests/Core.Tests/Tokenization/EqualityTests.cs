using System.Text;
using FineTuning.Core.Tokenization;
using FineTuning.Tests.Shared;
using Xunit;

namespace FineTuning.Core.Tests.Tokenization;

/// <summary>Every id and every count is that of the npm package tiktoken.</summary>
public sealed class EqualityTests
{
    private static readonly string[] s_encodings = ["o200k_base", "cl100k_base"];
    private static readonly NpmTiktoken s_tiktoken = new(FindRepository());

    [NpmFact]
    public Task Of_texts_written_by_hand() => CompareAsync([.. Corpus.Written]);

    [NpmFact]
    public Task Of_runs_of_the_same() => CompareAsync([.. Corpus.Runs()]);

    [NpmFact]
    public Task Of_random_mixtures() => CompareAsync([.. Corpus.Mixtures(20_000, seed: 1)]);

    [NpmFact]
    public Task Of_random_letters_and_signs() => CompareAsync([.. Corpus.Gibberish(4_000, seed: 2)]);

    [NpmFact]
    public Task Of_every_character_in_its_contexts() => CompareAsync([.. Corpus.AllCharacters()]);

    [NpmFact]
    public Task Of_every_character_in_a_contraction() => CompareAsync([.. Corpus.Contractions()]);

    [NpmFact]
    public async Task Of_random_bytes_decoded()
    {
        List<byte[]> all = [.. Corpus.Bytes(10_000, seed: 3)];
        await CompareAsync([.. all.Select(Encoding.UTF8.GetString)]);
        foreach (string encoding in s_encodings)
        {
            TokenCounter counter = Tokenizer.Get(encoding).CreateCounter();
            Assert.All(all, data => Assert.Equal(counter.Count(Encoding.UTF8.GetString(data)), counter.Count(data)));
        }
    }

    [NpmFact]
    public async Task Of_the_bytes_of_every_token()
    {
        foreach (string encoding in s_encodings)
        {
            Vocabulary vocabulary = Tokenizer.Get(encoding).Vocabulary;
            IReadOnlyList<byte[]> expected = await s_tiktoken.TokensAsync(encoding);
            Assert.Equal(expected.Count, vocabulary.Count);
            Assert.All(Enumerable.Range(0, expected.Count), id => Assert.Equal(expected[id], vocabulary.BytesOf(id)));
        }
    }

    [NpmFact]
    public async Task Of_the_encodings_of_models()
    {
        foreach ((string model, string encoding) in await s_tiktoken.ModelsAsync())
        {
            Assert.Equal(
                (model, s_encodings.Contains(encoding) ? encoding : null),
                (model, Tokenizer.EncodingFor(model))
            );
        }
    }

    private static async Task CompareAsync(List<string> texts)
    {
        foreach (string encoding in s_encodings)
        {
            IReadOnlyList<int[]> expected = await s_tiktoken.EncodeAsync(encoding, texts);
            Assert.Equal(texts.Count, expected.Count);
            var tokenizer = Tokenizer.Get(encoding);
            TokenCounter counter = tokenizer.CreateCounter();
            for (int i = 0; i < texts.Count; i++)
            {
                string Shown() => $"{encoding}: {System.Text.Json.JsonSerializer.Serialize(texts[i])}";
                IReadOnlyList<int> actual = tokenizer.Encode(texts[i]);
                Assert.True(
                    expected[i].SequenceEqual(actual),
                    $"{Shown()}\nis     {string.Join(' ', actual)}\nand not {string.Join(' ', expected[i])}"
                );
                Assert.True(
                    expected[i].Length == counter.Count(texts[i]),
                    $"{Shown()} counts {counter.Count(texts[i])}, not {expected[i].Length}."
                );
            }
        }
    }

    private static string FindRepository()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "FineTuning.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException($"No FineTuning.sln above '{AppContext.BaseDirectory}'.");
    }
}
