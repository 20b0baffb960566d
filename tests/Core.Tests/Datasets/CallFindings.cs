using Xunit;

namespace FineTuning.Core.Tests.Datasets;

// The order of calls and their answers, in chats that declare the function f.
public static class CallFindings
{
    private const string C1 = "{'id':'c1','type':'function','function':{'name':'f','arguments':'{}'}}";
    private const string C2 = "{'id':'c2','type':'function','function':{'name':'f','arguments':'{}'}}";
    private const string C3 = "{'id':'c3','type':'function','function':{'name':'f','arguments':'{}'}}";
    private const string Answer2 = "{'role':'tool','tool_call_id':'c2','content':'2'}";
    private const string System = "{'role':'system','content':'Be kind.'}";

    public static TheoryData<string, string, string, string, string?> All =>
        new()
        {
            { "answered", "", Chat("<U>", Calls(C1), "<TOOL>", "<A>"), "", null },
            { "two answered", "", Chat("<U>", Calls(C1, C2), "<TOOL>", Answer2, "<A>"), "", null },
            { "two answered in the other order", "", Chat("<U>", Calls(C1, C2), Answer2, "<TOOL>", "<A>"), "", null },
            { "open at the end", "", Chat("<U>", Calls(C1, C2)), "", null },
            {
                "a second round with other ids",
                "",
                Chat("<U>", Calls(C1), "<TOOL>", Calls(C2), Answer2, "<A>"),
                "",
                null
            },
            {
                "a second round with the same id",
                "",
                Chat("<U>", Calls(C1), "<TOOL>", "<A>", "<U>", Calls(C1), "<TOOL>", "<A>"),
                "",
                null
            },
            {
                "followed by the assistant",
                "",
                Chat("<U>", Calls(C1), "<A>"),
                "E:FT1237@1$.messages[1].tool_calls[0]",
                null
            },
            {
                "followed by the user",
                "",
                Chat("<U>", Calls(C1), "<U>", "<A>"),
                "E:FT1237@1$.messages[1].tool_calls[0]",
                null
            },
            {
                "followed by another call",
                "",
                Chat("<U>", Calls(C1), Calls(C2), Answer2, "<A>"),
                "E:FT1237@1$.messages[1].tool_calls[0]",
                null
            },
            {
                "one of two unanswered",
                "",
                Chat("<U>", Calls(C1, C2), "<TOOL>", "<A>"),
                "E:FT1237@1$.messages[1].tool_calls[1]",
                null
            },
            {
                "one of two unanswered at the end",
                "",
                Chat("<U>", Calls(C1, C2), Answer2),
                "E:FT1237@1$.messages[1].tool_calls[0] W:FT1228@1$.messages",
                null
            },
            {
                "none of two answered",
                "",
                Chat("<U>", Calls(C1, C2), "<A>"),
                "E:FT1237@1$.messages[1].tool_calls[0] E:FT1237@1$.messages[1].tool_calls[1]",
                null
            },
            {
                "the middle one of three unanswered",
                "",
                Chat("<U>", Calls(C1, C2, C3), "<TOOL>", "{'role':'tool','tool_call_id':'c3','content':'3'}", "<A>"),
                "E:FT1237@1$.messages[1].tool_calls[1]",
                null
            },
            {
                "the second round unanswered",
                "",
                Chat("<U>", Calls(C1), "<TOOL>", "<A>", "<U>", Calls(C2), "<A>"),
                "E:FT1237@1$.messages[5].tool_calls[0]",
                null
            },
            {
                "a call left open at the end of a second round",
                "",
                Chat("<U>", Calls(C1), "<TOOL>", "<A>", "<U>", Calls(C2)),
                "",
                null
            },
            {
                "the same id again, answered once",
                "",
                Chat("<U>", Calls(C1), "<TOOL>", "<A>", "<U>", Calls(C1), "<A>"),
                "E:FT1237@1$.messages[5].tool_calls[0]",
                null
            },
            {
                "a call of the user",
                "",
                Chat("{'role':'user','content':'Hi','tool_calls':[" + C1 + "]}", "<A>"),
                "E:FT1216@1$.messages[0].tool_calls",
                null
            },
            {
                "two undeclared functions",
                "",
                Chat("<U>", Calls(C1.Replace("'f'", "'g'"), C2.Replace("'f'", "'h'"))),
                "W:FT1240@1$.messages[1].tool_calls[0].function.name "
                    + "W:FT1240@1$.messages[1].tool_calls[1].function.name",
                null
            },
            {
                "a user between call and answer",
                "",
                Chat("<U>", Calls(C1), "<U>", "<TOOL>", "<A>"),
                "E:FT1238@1$.messages[3].tool_call_id",
                null
            },
            {
                "a system message between",
                "",
                Chat("<U>", Calls(C1), System, "<TOOL>", "<A>"),
                "W:FT1248@1$.messages[2] E:FT1238@1$.messages[3].tool_call_id",
                null
            },
            {
                "answered twice",
                "",
                Chat("<U>", Calls(C1), "<TOOL>", "<TOOL>", "<A>"),
                "E:FT1239@1$.messages[3].tool_call_id",
                null
            },
            {
                "an answer without a call",
                "",
                Chat("<U>", "<TOOL>", "<A>"),
                "E:FT1231@1$.messages[1].tool_call_id",
                null
            },
            {
                "an answer before its call",
                "",
                Chat("<U>", "<TOOL>", Calls(C1)),
                "E:FT1231@1$.messages[1].tool_call_id",
                null
            },
            {
                "an answer to another id",
                "",
                Chat("<U>", Calls(C1), Answer2, "<A>"),
                "E:FT1231@1$.messages[2].tool_call_id",
                null
            },
            {
                "one id for two calls",
                "",
                Chat("<U>", Calls(C1, C1), "<TOOL>", "<TOOL>", "<A>"),
                "E:FT1241@1$.messages[1].tool_calls[1].id",
                null
            },
            {
                "a function that is not declared",
                "",
                Chat("<U>", Calls(C1.Replace("'f'", "'g'"))),
                "W:FT1240@1$.messages[1].tool_calls[0].function.name",
                null
            },
            {
                "no tools",
                "",
                "{'messages':[<U>,<CALL>]}",
                "W:FT1240@1$.messages[1].tool_calls[0].function.name",
                null
            },
            { "tools before the messages", "", "{<TOOLS>,'messages':[<U>,<CALL>,<TOOL>,<A>]}", "", null },
            {
                "the older way",
                "",
                "{'messages':[<U>,{'role':'assistant','content':null,'function_call':{'name':'f','arguments':'{}'}},"
                    + "{'role':'function','name':'f','content':'1'},<A>],'functions':[{'name':'f'}]}",
                "",
                null
            },
            {
                "the older way, not declared",
                "",
                "{'messages':[<U>,{'role':'assistant','content':null,'function_call':{'name':'g','arguments':'{}'}}],"
                    + "'functions':[{'name':'f'}]}",
                "W:FT1240@1$.messages[1].function_call.name",
                null
            },
            {
                "in the input of a preference",
                "",
                "{'input':{'messages':[<U>,<CALL>,<U>],<TOOLS>},<PO>,<NO>}",
                "E:FT1237@1$.input.messages[1].tool_calls[0]",
                null
            },
            {
                "in the messages of a reinforcement example",
                "",
                "{'messages':[<U>,<CALL>,<U>],'answer':1,<TOOLS>}",
                "E:FT1237@1$.messages[1].tool_calls[0]",
                null
            },
        };

    private static string Calls(params string[] calls) =>
        "{'role':'assistant','content':null,'tool_calls':[" + string.Join(",", calls) + "]}";

    private static string Chat(params string[] messages) => "{'messages':[" + string.Join(",", messages) + "],<TOOLS>}";
}
