using System.Net;
using FineTuning.Core.Credentials;
using Xunit;

namespace FineTuning.Core.Tests.Credentials;

public class PastedTextTests
{
    [Theory]
    [InlineData("sk-1", "sk-1")]
    [InlineData(" sk-1\r\n", "sk-1")]
    [InlineData("\"sk-1\"", "sk-1")]
    [InlineData("'sk-1'", "sk-1")]
    [InlineData("`sk-1`", "sk-1")]
    [InlineData("\u201Csk-1\u201D", "sk-1")]
    [InlineData("\u2018sk-1\u2019", "sk-1")]
    [InlineData("\u00ABsk-1\u00BB", "sk-1")]
    [InlineData(" \" sk-1 \" ", "sk-1")]
    [InlineData("\"\"", "")]
    [InlineData("\"", "\"")]
    [InlineData("\"sk-1", "\"sk-1")]
    [InlineData("\"sk-1'", "\"sk-1'")]
    [InlineData("", "")]
    public void White_space_and_one_pair_of_quotes_are_left_out(string given, string expected) =>
        Assert.Equal(expected, PastedText.Clean(given));

    [Theory]
    [InlineData("\"sk-1")]
    [InlineData("sk-1'")]
    [InlineData("sk-\"1")]
    [InlineData("''sk-1''")]
    public void A_key_with_a_quote_that_stays_is_refused_without_being_shown(string key)
    {
        using System.Security.SecureString secret = new NetworkCredential(string.Empty, key).SecurePassword;
        ArgumentException fault = Assert.Throws<ArgumentException>(() => new KeyCredential(secret));
        Assert.Contains("quote", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-", fault.Message, StringComparison.Ordinal);
    }
}
