using System;
using System.Linq;
using FineTuning.Core.Grading;
using FineTuning.Core.Grading.Similarity;
using Xunit;

namespace FineTuning.Core.Tests.Grading;

public sealed class TextSimilarityTests
{
    private static readonly string[] s_order =
        ["fuzzy_match", "bleu", "gleu", "meteor", "rouge_1", "rouge_2", "rouge_3", "rouge_4", "rouge_5", "rouge_l"];

    /// <summary>
    /// Scores of the reference implementations, in the order above. fuzzy_match: rapidfuzz.fuzz.ratio of July 2026, over 100. bleu: sacrebleu of
    /// January 2026, BLEU(effective_order=True).sentence_score, over 100. gleu and meteor: NLTK 3.8 (Debian 12) sentence_gleu and
    /// single_meteor_score on str.split(), the latter with an empty WordNet. rouge: the arithmetic and tokenizer of rouge-score 0.1.2, done in
    /// Python. The first three pairs are the examples of NLTK's documentation, whose scores for GLEU it prints: 0.4393, 0.1206, 0.0909.
    /// </summary>
    public static TheoryData<string, string, double[]> Table => new()
    {
        { "It is a guide to action which ensures that the military always obeys the commands of the party",
            "It is a guide to action that ensures that the military will forever heed Party commands",
            [0.75138121547, 0.411803763569, 0.439393939394, 0.694444444444, 0.705882352941, 0.5, 0.4, 0.285714285714, 0.153846153846, 0.647058823529] },
        { "It is to insure the troops forever hearing the activity guidebook that party direct",
            "It is a guide to action that ensures that the military will forever heed Party commands",
            [0.494117647059, 0.0647980471025, 0.120689655172, 0.303539137174, 0.466666666667, 0.0714285714286, 0, 0, 0, 0.4] },
        { "the the the the the the the",
            "the cat is on the mat",
            [0.541666666667, 0.078098498423, 0.0909090909091, 0.16393442623, 0.307692307692, 0, 0, 0, 0, 0.307692307692] },
        { "The quick brown dog jumps on the log.",
            "The quick brown fox jumps over the lazy dog",
            [0.825, 0.211053406319, 0.3, 0.574282147316, 0.705882352941, 0.266666666667, 0.153846153846, 0, 0, 0.588235294118] },
        { "this is a test",
            "this is a test!",
            [0.965517241379, 0.778800783071, 0.6, 0.736111111111, 1, 1, 1, 1, 0, 1] },
        { "Hello, World! It's 3.5 or 1,000-2,000 (approx.) &amp; more...",
            "Hello world, it is 3.5 or 1,000 - 2,000 approx & more.",
            [0.817391304348, 0.274479382563, 0.0714285714286, 0.160256410256, 0.888888888889, 0.72, 0.608695652174, 0.47619047619, 0.421052631579, 0.888888888889] },
        { "the runners were running quickly",
            "the runner runs quick",
            [0.754716981132, 0.106821751599, 0.0714285714286, 0.623306233062, 0.222222222222, 0, 0, 0, 0, 0.222222222222] },
        { "a b c d e f g",
            "g f e d c b a",
            [0.538461538462, 0.106821751599, 0.318181818182, 0.5, 1, 0, 0, 0, 0, 0.142857142857] },
        { "a b a b a b",
            "b a b a b a",
            [0.818181818182, 0.854574012792, 0.888888888889, 0.5, 1, 0.8, 1, 0.666666666667, 1, 0.833333333333] },
        { "Paris",
            "Paris",
            [1, 1, 1, 0.5, 1, 0, 0, 0, 0, 1] },
        { "Paris",
            "paris",
            [0.8, 0, 0, 0.5, 1, 0, 0, 0, 0, 1] },
        { "",
            "something",
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
        { "",
            "",
            [1, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
        { "no overlap whatsoever",
            "quite different words",
            [0.333333333333, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
        { "Zażółć gęślą jaźń",
            "Zażółć gęsią jaźń 😀",
            [0.833333333333, 0.248407531306, 0.2, 0.25641025641, 0.75, 0.333333333333, 0, 0, 0, 0.75] },
        { "日本語の文章",
            "日本語の文",
            [0.909090909091, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
        { "cats and dogs",
            "dogs and cats and cats",
            [0.571428571429, 0.323432517823, 0.285714285714, 0.3125, 0.75, 0.333333333333, 0, 0, 0, 0.5] },
        { "one two three",
            "one two three four five six",
            [0.65, 0.367879441171, 0.333333333333, 0.51656920078, 0.666666666667, 0.571428571429, 0.4, 0, 0, 0.666666666667] },
        { "line one\nline two-\nthree",
            "line one line twothree",
            [0.913043478261, 1, 0.428571428571, 0.718157181572, 0.666666666667, 0.571428571429, 0.4, 0, 0, 0.666666666667] },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Scores_are_those_of_the_reference_implementations(string input, string reference, double[] expected) =>
        Assert.Equal(
            s_order.Zip(expected, (metric, score) => $"{metric} {score:F9}"),
            s_order.Select(metric => $"{metric} {TextSimilarity.Score(metric, input, reference):F9}"));

    [Fact]
    public void All_metrics_are_in_the_table() => Assert.Equal(s_order, TextSimilarity.Metrics);

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public void Scores_do_not_depend_on_the_culture(string culture)
    {
        const string Input = "IT IS A GUIDE, TITLE I", Reference = "it is a guide: title i";
        double[] here = [.. s_order.Select(metric => TextSimilarity.Score(metric, Input, Reference))];
        using CultureScope scope = new(culture);
        double[] there = [.. s_order.Select(metric => TextSimilarity.Score(metric, Input, Reference))];

        Assert.Equal(here, there);
        Assert.Equal(1, TextSimilarity.Score("rouge_l", Input, Reference));
    }

    /// <summary>Stems of NLTK 3.8's PorterStemmer().</summary>
    [Theory]
    [InlineData("caresses=caress ponies=poni ties=tie dies=die cats=cat caress=caress feed=feed agreed=agre plastered=plaster bled=bled motoring=motor sing=sing")]
    [InlineData("conflated=conflat troubled=troubl sized=size hopping=hop tanned=tan falling=fall hissing=hiss fizzed=fizz failing=fail filing=file happy=happi sky=sky")]
    [InlineData("enjoy=enjoy spied=spi died=die relational=relat conditional=condit rational=ration digitizer=digit radically=radic vilely=vile vietnamization=vietnam predication=predic operator=oper")]
    [InlineData("decisiveness=decis formality=formal sensibility=sensibl hopefully=hope geology=geolog triplicate=triplic formative=form electrical=electr goodness=good revival=reviv allowance=allow replacement=replac")]
    [InlineData("adoption=adopt communism=commun probate=probat rate=rate cease=ceas controll=control roll=roll skies=sky news=news dying=die by=by syzygy=syzygi")]
    [InlineData("owed=owe aging=age eying=eye ally=alli ion=ion union=union yes=ye")]
    public void Words_have_the_stems_of_NLTK(string pairs)
    {
        PorterStemmer stemmer = new();
        Assert.Equal(pairs, string.Join(" ", pairs.Split(' ').Select(pair => pair.Split('=')[0]).Select(word => $"{word}={stemmer.Stem(word)}")));
    }

    [Fact]
    public void The_longest_common_subsequence_is_that_of_the_plain_table()
    {
        Random random = new(7);
        for (int round = 0; round < 300; round++)
        {
            int[] first = Numbers(random), second = Numbers(random);
            Assert.Equal(Plain(first, second), CommonSubsequence.Length(first, second));
        }
    }

    [Fact]
    public void The_longest_texts_are_compared_and_longer_ones_are_refused()
    {
        string one = string.Concat(Enumerable.Repeat("ab cd ", TextSimilarity.MaxLength / 6));
        string other = string.Concat(Enumerable.Repeat("cd ab ", TextSimilarity.MaxLength / 6));
        foreach (string metric in s_order)
        {
            Assert.InRange(TextSimilarity.Score(metric, one, other), 0.4, 1);
        }

        Assert.Throws<ArgumentException>(() => TextSimilarity.Score("bleu", new string('a', TextSimilarity.MaxLength + 1), "a"));
    }

    [Fact]
    public void An_unknown_metric_is_refused_with_the_known_ones() => Assert.Contains(
        "rouge_l", Assert.Throws<ArgumentException>(() => TextSimilarity.Score("cosine", "a", "b")).Message);

    private static int[] Numbers(Random random) => [.. Enumerable.Range(0, random.Next(0, 300)).Select(_ => random.Next(0, 5))];

    private static int Plain(int[] first, int[] second)
    {
        int[,] table = new int[first.Length + 1, second.Length + 1];
        for (int i = 1; i <= first.Length; i++)
        {
            for (int j = 1; j <= second.Length; j++)
            {
                table[i, j] = first[i - 1] == second[j - 1] ? table[i - 1, j - 1] + 1 : Math.Max(table[i - 1, j], table[i, j - 1]);
            }
        }

        return table[first.Length, second.Length];
    }
}
