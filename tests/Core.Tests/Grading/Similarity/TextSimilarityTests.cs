using FineTuning.Core.Grading;
using FineTuning.Core.Grading.Similarity;
using Xunit;

namespace FineTuning.Core.Tests.Grading.Similarity;

public sealed class TextSimilarityTests
{
    private static readonly string[] s_order =
    [
        "fuzzy_match",
        "bleu",
        "gleu",
        "meteor",
        "rouge_1",
        "rouge_2",
        "rouge_3",
        "rouge_4",
        "rouge_5",
        "rouge_l",
    ];

    [Fact]
    public void The_metrics_are_those_of_the_service_that_need_no_model() =>
        Assert.Equal(s_order, TextSimilarity.Metrics);

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public void Scores_do_not_depend_on_the_culture(string culture)
    {
        const string Input = "IT IS A GUIDE, TITLE I",
            Reference = "it is a guide: title i";
        double[] here = [.. s_order.Select(metric => TextSimilarity.Score(metric, Input, Reference))];
        using CultureScope scope = new(culture);
        double[] there = [.. s_order.Select(metric => TextSimilarity.Score(metric, Input, Reference))];

        Assert.Equal(here, there);
        Assert.Equal(1, TextSimilarity.Score("rouge_l", Input, Reference));
    }

    /// <summary>Stems of NLTK 3.8's PorterStemmer().</summary>
    [Theory]
    [InlineData(
        "caresses=caress ponies=poni ties=tie dies=die cats=cat caress=caress feed=feed agreed=agre "
            + "plastered=plaster bled=bled motoring=motor sing=sing"
    )]
    [InlineData(
        "conflated=conflat troubled=troubl sized=size hopping=hop tanned=tan falling=fall hissing=hiss fizzed=fizz "
            + "failing=fail filing=file happy=happi sky=sky"
    )]
    [InlineData(
        "enjoy=enjoy spied=spi died=die relational=relat conditional=condit rational=ration digitizer=digit "
            + "radically=radic vilely=vile vietnamization=vietnam predication=predic operator=oper"
    )]
    [InlineData(
        "decisiveness=decis formality=formal sensibility=sensibl hopefully=hope geology=geolog triplicate=triplic "
            + "formative=form electrical=electr goodness=good revival=reviv allowance=allow replacement=replac"
    )]
    [InlineData(
        "adoption=adopt communism=commun probate=probat rate=rate cease=ceas controll=control roll=roll skies=sky "
            + "news=news dying=die by=by syzygy=syzygi"
    )]
    [InlineData("owed=owe aging=age eying=eye ally=alli ion=ion union=union yes=ye")]
    public void Words_have_the_stems_of_NLTK(string pairs)
    {
        PorterStemmer stemmer = new();
        Assert.Equal(
            pairs,
            string.Join(
                " ",
                pairs.Split(' ').Select(pair => pair.Split('=')[0]).Select(word => $"{word}={stemmer.Stem(word)}")
            )
        );
    }

    [Fact]
    public void The_longest_common_subsequence_is_that_of_the_plain_table()
    {
        Random random = new(7);
        for (int round = 0; round < 300; round++)
        {
            int[] first = Numbers(random),
                second = Numbers(random);
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

        Assert.Throws<ArgumentException>(() =>
            TextSimilarity.Score("bleu", new string('a', TextSimilarity.MaxLength + 1), "a")
        );
    }

    [Fact]
    public void An_unknown_metric_is_refused_with_the_known_ones() =>
        Assert.Contains(
            "rouge_l",
            Assert.Throws<ArgumentException>(() => TextSimilarity.Score("cosine", "a", "b")).Message
        );

    private static int[] Numbers(Random random) =>
        [.. Enumerable.Range(0, random.Next(0, 300)).Select(_ => random.Next(0, 5))];

    private static int Plain(int[] first, int[] second)
    {
        int[,] table = new int[first.Length + 1, second.Length + 1];
        for (int i = 1; i <= first.Length; i++)
        {
            for (int j = 1; j <= second.Length; j++)
            {
                table[i, j] =
                    first[i - 1] == second[j - 1]
                        ? table[i - 1, j - 1] + 1
                        : Math.Max(table[i - 1, j], table[i, j - 1]);
            }
        }

        return table[first.Length, second.Length];
    }
}
