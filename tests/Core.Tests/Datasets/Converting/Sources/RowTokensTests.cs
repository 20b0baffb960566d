using System.Text;
using System.Text.Json;
using FineTuning.Core.Datasets.Converting.Sources;
using FineTuning.Core.Datasets.Scanning;
using Xunit;

namespace FineTuning.Core.Tests.Datasets.Converting.Sources;

// What a row is made of, beside what .NET's reader says of the same text.
public class RowTokensTests
{
    private static readonly string[] s_rows =
    [
        """{"conversations": [{"from": "human", "value": "Hi \"you\" \u00e9 \ud83d\ude00 é 日本"}, {"from": "gpt", "value": ""}], "id": 7}""",
        """{"a":null,"b":true,"c":false,"d":[],"e":{},"f":[1,0,-2,3.5,1e9,0.5E-3],"g":[[["x"]]],"h":{"i":{"j":"k"}}}""",
        """  { "a" : [ 1 , 2 ] , "b" : { } }""",
        """["a",["b"],{"c":"d"},12,null]""",
        "\"only a text\"",
        "17",
        "null",
        """{"a":"\n\t\\\/\b\f\r"}""",
    ];

    [Fact]
    public void A_row_is_what_the_reader_of_NET_says_it_is()
    {
        foreach (string row in s_rows)
        {
            Assert.True(Same(row), row);
        }
    }

    [Theory]
    [InlineData("""{"a":01}""")]
    [InlineData("""{"a":1""")]
    [InlineData("""{"a":1}}""")]
    [InlineData("""{"a":1]""")]
    [InlineData("""{"a":"b" "c":1}""")]
    [InlineData("""{"a":"b",}""")]
    [InlineData("""{"a":nul}""")]
    [InlineData("""{"a":"\x"}""")]
    [InlineData("""{"a":"open""")]
    [InlineData("[1 2]")]
    [InlineData("[")]
    [InlineData("")]
    public void What_is_no_JSON_is_refused(string row) => Assert.False(Same(row));

    [Fact]
    public void Depth_is_bounded()
    {
        const int Max = JsonScanner.MaxDepth;
        Assert.True(Same(new string('[', Max) + new string(']', Max)));
        Assert.False(Same(new string('[', Max + 1) + new string(']', Max + 1)));
    }

    [Fact]
    public void Changed_rows_are_told_alike()
    {
        const string Letters = "{}[]\",:\\ 0123456789-+.eEtrufalsn\n\té";
        Random random = new(20261130);
        int good = 0;
        for (int i = 0; i < 40_000; i++)
        {
            StringBuilder row = new(s_rows[random.Next(s_rows.Length)]);
            for (int change = random.Next(3); change >= 0; change--)
            {
                int at = random.Next(row.Length);
                char letter = Letters[random.Next(Letters.Length)];
                _ = random.Next(3) switch
                {
                    0 => row.Remove(at, row.Length > 1 ? 1 : 0),
                    1 => row.Insert(at, letter),
                    _ => row.Replace(row[at], letter, at, 1),
                };
            }

            good += Same(row.ToString()) ? 1 : 0;
        }

        Assert.InRange(good, 1000, 39_000);
    }

    // Whether it is JSON; fails where the two differ in that or in what is in it.
    private static bool Same(string row)
    {
        byte[] bytes = Encoding.UTF8.GetBytes("xx" + row + "xx");
        RowTokens tokens = new();
        bool isRead = true;
        try
        {
            tokens.Read(bytes, 2, bytes.Length - 4);
        }
        catch (JsonException)
        {
            isRead = false;
        }

        JsonDocument? expected = null;
        try
        {
            expected = JsonDocument.Parse(row, new JsonDocumentOptions { MaxDepth = JsonScanner.MaxDepth });
        }
        catch (JsonException)
        {
            // The comparison below says what that means.
        }

        using (expected)
        {
            Assert.True(isRead == expected is not null, row);
            if (expected is not null)
            {
                Compare(expected.RootElement, tokens.Root, row);
            }
        }

        return isRead;
    }

    private static void Compare(JsonElement expected, RowValue value, string row)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                Assert.True(value.IsObject, row);
                List<RowValue> parts = [.. Items(value)];
                JsonProperty[] properties = [.. expected.EnumerateObject()];
                Assert.Equal(2 * properties.Length, parts.Count);
                for (int i = 0; i < properties.Length; i++)
                {
                    Assert.Equal(JsonTokenType.PropertyName, parts[2 * i].Type);
                    CompareText(properties[i].NameEquals, parts[2 * i]);
                    Compare(properties[i].Value, parts[(2 * i) + 1], row);
                }

                break;
            case JsonValueKind.Array:
                Assert.True(value.IsList, row);
                List<RowValue> items = [.. Items(value)];
                Assert.Equal(expected.GetArrayLength(), items.Count);
                Assert.Equal(items.Count == 0, value.IsEmptyList);
                for (int i = 0; i < items.Count; i++)
                {
                    Compare(expected[i], items[i], row);
                }

                break;
            case JsonValueKind.String:
                Assert.True(value.IsText, row);
                CompareText(expected.ValueEquals, value);
                break;
            default:
                Assert.Equal(expected.GetRawText(), Encoding.UTF8.GetString(value.Raw));
                break;
        }
    }

    // Halves of characters are replaced where texts are read, so those texts are not compared.
    private static void CompareText(Func<string, bool> equals, RowValue value)
    {
        string text = value.Text();
        Assert.True(text.Contains('\uFFFD') || equals(text), text);
    }

    private static IEnumerable<RowValue> Items(RowValue value)
    {
        List<RowValue> items = [];
        foreach (RowValue item in value)
        {
            items.Add(item);
        }

        return items;
    }
}
