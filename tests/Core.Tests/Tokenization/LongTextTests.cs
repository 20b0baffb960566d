using System.Text;
using FineTuning.Core.Tokenization;
using Xunit;

namespace FineTuning.Core.Tests.Tokenization;

// Texts of megabytes: they are counted in bounded memory, and can be stopped.
public class LongTextTests
{
    private const int Megabyte = 1 << 20;

    [Theory]
    [InlineData("o200k_base", "x")]
    [InlineData("cl100k_base", "é")]
    public void Without_any_break_is_counted_in_parts(string encoding, string letter)
    {
        TokenCounter counter = Tokenizer.Get(encoding).CreateCounter();
        byte[] one = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(letter, Megabyte / letter.Length / 2)));
        byte[] five = Encoding.UTF8.GetBytes(
            string.Concat(Enumerable.Repeat(letter, Megabyte / letter.Length / 2 * 5))
        );
        long expected = counter.Count(one) * 5L;

        // Each part may make a token more or less.
        Assert.InRange(counter.Count(five), expected - 10, expected + 10);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("some words ")]
    public void Can_be_stopped(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(text, 2 * Megabyte)));

        Assert.Throws<OperationCanceledException>(() =>
            Tokenizer.Get("o200k_base").CreateCounter().Count(bytes, new CancellationToken(canceled: true))
        );
    }
}
