using FineTuning.Core.Grading;
using FineTuning.Core.Grading.Formulas;
using FineTuning.Core.Grading.Reading;
using Xunit;

namespace FineTuning.Core.Tests.Grading.Formulas;

public sealed class FormulaTests
{
    private static readonly Dictionary<string, double> s_scores = new()
    {
        ["a"] = 0.5,
        ["b_2"] = 4,
        ["zero"] = 0,
        ["min"] = 7,
        ["größe"] = 3,
    };

    /// <summary>Values are those of the same expressions in Python, with ** for ^.</summary>
    [Theory]
    [InlineData("1", 1)]
    [InlineData(" .5 ", 0.5)]
    [InlineData("1.5e-3", 0.0015)]
    [InlineData("2E2", 200)]
    [InlineData("(a + b_2) / 2", 2.25)]
    [InlineData("0.8*a+0.2*b_2", 1.2)]
    [InlineData("10 - 4 - 3", 3)]
    [InlineData("100 / 10 / 5", 2)]
    [InlineData("2 + 3 * 4", 14)]
    [InlineData("2 ^ 3 ^ 2", 512)]
    [InlineData("-2 ^ 2", -4)]
    [InlineData("(-2) ^ 2", 4)]
    [InlineData("2 ^ -1", 0.5)]
    [InlineData("2 * -3", -6)]
    [InlineData("--2", 2)]
    [InlineData("+2", 2)]
    [InlineData("7 % 3", 1)]
    [InlineData("-7 % 3", 2)]
    [InlineData("7 % -3", -2)]
    [InlineData("6 % 3", 0)]
    [InlineData("2 * 7 % 4", 2)]
    [InlineData("min(a, b_2, 0.25)", 0.25)]
    [InlineData("max(a, b_2, 0.25)", 4)]
    [InlineData("min(3)", 3)]
    [InlineData("min + min(min, 2)", 9)]
    [InlineData("abs(a - b_2)", 3.5)]
    [InlineData("floor(-0.5) + ceil(0.5)", 0)]
    [InlineData("exp(0) + sqrt(b_2) + log(1)", 3)]
    [InlineData("größe", 3)]
    public void A_formula_has_its_value(string formula, double expected) =>
        Assert.Equal(expected, Parse(formula, s_scores.Keys, "$").Evaluate(s_scores), 1e-12);

    [Theory]
    [InlineData("", 1, "too early")]
    [InlineData("a +", 4, "too early")]
    [InlineData("a b_2", 3, "\"b\"")]
    [InlineData("(a", 3, "not closed")]
    [InlineData("a)", 2, "\")\"")]
    [InlineData("min()", 5, "\")\"")]
    [InlineData("min(a,)", 7, "\")\"")]
    [InlineData("abs(a, 1)", 1, "1 number, not 2")]
    [InlineData("sin(a)", 1, "no function \"sin\"")]
    [InlineData("1 + c", 5, "no grader \"c\"")]
    [InlineData("A", 1, "no grader \"A\"")]
    [InlineData("a ** 2", 4, "\"*\"")]
    [InlineData("a == 1", 3, "\"=\"")]
    [InlineData("1,5", 2, "\",\"")]
    [InlineData("1.2.3", 4, "\".\"")]
    [InlineData(".", 1, "no number")]
    [InlineData("1e999", 1, "no number")]
    [InlineData("__import__('os')", 1, "no function")]
    public void A_wrong_formula_is_refused_with_its_place(string formula, int character, string part)
    {
        GraderException e = Assert.Throws<GraderException>(() => Parse(formula, s_scores.Keys, "$.calculate_output"));
        Assert.StartsWith($"The formula is wrong at character {character}: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
        Assert.Equal("$.calculate_output", e.JsonPath);
    }

    [Theory]
    [InlineData("1 / zero", "division by zero")]
    [InlineData("zero / zero", "division by zero")]
    [InlineData("1 % zero", "division by zero")]
    [InlineData("sqrt(-a)", "sqrt")]
    [InlineData("log(zero)", "log")]
    [InlineData("exp(1000)", "exp")]
    [InlineData("(-a) ^ a", "power")]
    [InlineData("10 ^ 300 * 10 ^ 300", "product")]
    [InlineData("min(1 / zero, 1)", "division by zero")]
    public void A_formula_without_a_value_is_an_error_of_the_sample(string formula, string part)
    {
        GradingException e = Assert.Throws<GradingException>(() =>
            Parse(formula, s_scores.Keys, "$").Evaluate(s_scores)
        );
        Assert.True(e.Errors.FormulaParseError);
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("-", "")]
    [InlineData("1^", "")]
    [InlineData("abs(", ")")]
    public void Depth_and_length_are_bounded(string open, string close)
    {
        Assert.NotNull(Nested(60));
        Assert.Contains("levels", Assert.Throws<GraderException>(() => Nested(70)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "4096",
            Assert.Throws<GraderException>(() => Nested(100_000)).Message,
            StringComparison.Ordinal
        );
        Assert.Equal(2048, Parse(string.Join("+", Enumerable.Repeat("1", 2048)), [], "$").Evaluate(s_scores));

        Formula Nested(int depth) =>
            Parse(
                string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth)),
                [],
                "$"
            );
    }

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public void Numbers_are_read_alike_in_every_culture(string culture)
    {
        using CultureScope scope = new(culture);
        Assert.Equal(1.75, Parse("1.5 + a / 2", s_scores.Keys, "$").Evaluate(s_scores));
    }

    private static Formula Parse(string text, IReadOnlyCollection<string> names, string path)
    {
        var reading = GraderReading.ForUse(new GraderServices());
        var formula = Formula.Parse(text, names, path, reading);
        return reading.FirstError is { } problem ? throw new GraderException(problem) : formula;
    }
}
