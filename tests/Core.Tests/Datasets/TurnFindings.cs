using Xunit;

namespace FineTuning.Core.Tests.Datasets;

// Examples with nothing to answer or nothing to say, and items that differ.
public static class TurnFindings
{
    private const string System = "{'role':'system','content':'Be kind.'}";

    public static TheoryData<string, string, string, string, string?> All =>
        new()
        {
            { "system and user first", "", Chat(System, "<U>", "<A>"), "", null },
            { "no user, but instructions", "", Chat(System, "<A>"), "W:FT1246@1$.messages", null },
            { "the answer alone", "", Chat("<A>"), "W:FT1246@1$.messages", null },
            {
                "no user in the input",
                "",
                "{'input':{'messages':[" + System + "]},<PO>,<NO>}",
                "W:FT1246@1$.input.messages",
                null
            },
            { "an empty user", "", Chat(Said("user", ""), "<A>"), "W:FT1247@1$.messages[0].content", null },
            { "a blank user", "", Chat(Said("user", @" \n"), "<A>"), "W:FT1247@1$.messages[0].content", null },
            { "an invisible user", "", Chat(Said("user", "\u200b"), "<A>"), "W:FT1247@1$.messages[0].content", null },
            {
                "a user of empty parts",
                "",
                Chat("{'role':'user','content':[{'type':'text','text':''}]}", "<A>"),
                "W:FT1247@1$.messages[0].content",
                null
            },
            { "instructions in the middle", "", Chat("<U>", System, "<A>"), "W:FT1248@1$.messages[1]", null },
            {
                "instructions after an answer",
                "",
                Chat("<U>", "<A>", System, "<U>", "<A>"),
                "W:FT1248@1$.messages[2]",
                null
            },
            { "two instructions at the start", "", Chat(System, System, "<U>", "<A>"), "", null },
            { "the assistant first", "", Chat("<A>", "<U>", "<A>"), "W:FT1249@1$.messages[0]", null },
            {
                "a greeting that is not learned",
                "",
                Chat("{'role':'assistant','content':'Hi','weight':0}", "<U>", "<A>"),
                "",
                null
            },
            { "an answer of no width", "", Chat("<U>", Said("assistant", "\u200b\u200d")), Blank, null },
            { "an answer of no width, escaped", "", Chat("<U>", Said("assistant", @"\u200b\ufeff")), Blank, null },
            { "an answer of a no-break space", "", Chat("<U>", Said("assistant", "\u00a0")), Blank, null },
            { "an answer of an ideographic space", "", Chat("<U>", Said("assistant", "\u3000")), Blank, null },
            { "an answer that starts invisible", "", Chat("<U>", Said("assistant", "\u200bHello")), "", null },
            { "a completion of no width", "", "{'prompt':'a','completion':'\u200b'}", "W:FT1305@1$.completion", null },
            { "items alike", "", Items("'answer':1", "'answer':2", "'answer':3"), "", null },
            {
                "an item that lacks a field",
                "",
                Items("'answer':1,'x':1", "'answer':2,'x':1", "'answer':3"),
                Lacks,
                null
            },
            { "an item spelt otherwise", "", Items("'answer':1", "'answer':2", "'anwser':3"), Lacks, null },
            { "an item in another case", "", Items("'answer':1", "'answer':2", "'Answer':3"), Lacks, null },
            {
                "a field that half of the rows have",
                "",
                Items("'a':1", "'a':1,'x':1", "'a':2,'x':1", "'a':2"),
                "",
                null
            },
            { "items of two rows", "", Items("'answer':1", "'x':2"), "", null },
        };

    private const string Blank = "W:FT1229@1$.messages[1].content";
    private const string Lacks = "W:FT1503@3";

    private static string Said(string role, string text) => "{'role':'" + role + "','content':'" + text + "'}";

    private static string Chat(params string[] messages) => "{'messages':[" + string.Join(",", messages) + "]}";

    private static string Items(params string[] fields) =>
        string.Join("\n", fields.Select((field, i) => "{'messages':[" + Said("user", "q" + i) + "]," + field + "}"));
}
