using Xunit;

namespace FineTuning.Core.Tests.Datasets;

// Images by their addresses and data.
public static class ImageFindings
{
    private const string Place = "@1$.messages[0].content[0].image_url.url";
    private const string Png = "iVBORw0KGgo=";

    public static TheoryData<string, string, string, string, string?> All
    {
        get
        {
            TheoryData<string, string, string, string, string?> rows = new();
            foreach ((string url, string code) in s_urls)
            {
                rows.Add(url, "", Chat(url), code.Length == 0 ? "" : code + Place, null);
            }

            foreach (string url in s_wrong)
            {
                rows.Add("no address: " + url, "", Chat(url), "E:FT1214@1$.messages[0].content[0]", null);
            }

            rows.Add(
                "an image in a preference",
                "",
                "{'input':{'messages':[" + User("https://example.com/a.png") + "]},<PO>,<NO>}",
                "W:FT1412@1$.input.messages",
                null
            );
            rows.Add(
                "two answers in an output",
                "",
                "{<IN>,'preferred_output':[<A>,{'role':'assistant','content':'And?'}],<NO>}",
                "W:FT1413@1$.preferred_output",
                null
            );
            return rows;
        }
    }

    private static readonly (string Url, string Code)[] s_urls =
    [
        ("https://example.com/a.png", ""),
        ("HTTPS://example.com/a.JPG", ""),
        ("https://example.com/image?id=7&name=a.gif", ""),
        ("https://example.gif", ""),
        ("http://example.com/a.png", "W:FT1245"),
        ("HTTP://example.com/a.png", "W:FT1245"),
        ("https://example.com/a.gif", "W:FT1242"),
        ("https://example.com/a.HEIC", "W:FT1242"),
        ("https://example.com/a.svg#b", "W:FT1242"),
        ("data:image/png;base64," + Png, ""),
        ("DATA:image/PNG;base64," + Png, ""),
        ("data:image/jpg;base64,/9j/4AAQ", ""),
        ("data:image/webp;base64,UklGRg==", ""),
        ("data:image/gif;base64,R0lGODlh", "W:FT1242"),
        ("data:image/svg+xml;base64,PHN2Zz4=", "W:FT1242"),
        ("data:image/heic;base64,AAAA", "W:FT1242"),
        ("data:image/png;base64,R0lGODlh", "W:FT1242"),
        ("data:image/png;base64,", "E:FT1243"),
        ("data:image/png,x", "E:FT1243"),
        ("data:image/png;base64", "E:FT1243"),
        ("data:image/png;base64,abc@", "E:FT1243"),
        ("data:image/png;base64,abcde", "E:FT1243"),
        ("data:image/png;base64,ab cd", "E:FT1243"),
    ];

    private static readonly string[] s_wrong =
    [
        "",
        "https://",
        "https:///a.png",
        "a.png",
        "/home/me/a.png",
        "file:///a.png",
        "data:text/plain;base64,AAAA",
    ];

    private static string User(string url) =>
        "{'role':'user','content':[{'type':'image_url','image_url':{'url':'" + url + "'}}]}";

    private static string Chat(string url) => "{'messages':[" + User(url) + ",<A>]}";
}
