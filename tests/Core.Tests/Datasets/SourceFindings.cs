using Xunit;

namespace FineTuning.Core.Tests.Datasets;

// Rows for other trainers, and what programs dump: each told once a file.
public static class SourceFindings
{
    private const string Alpaca = "{'instruction':'Greet.','input':'','output':'Hello'}";
    private const string Pair = "{'prompt':'a','completion':'b'}";
    private const string Absent = "E:FT1112@0";
    private const string Chat = "{'messages':[<U>,<A>]}";

    public static TheoryData<string, string, string, string, string?> All =>
        new()
        {
            { "ShareGPT", "", Twice("{'conversations':[{'from':'human','value':'q#'}]}"), "E:FT1113@0", null },
            {
                "ShareGPT with a system text",
                "",
                Twice("{'id':#,'system':'s','conversations':[{'from':'human','value':'q'}]}"),
                "E:FT1113@0",
                null
            },
            {
                "ShareGPT with roles of ours",
                "",
                Twice("{'conversations':[{'role':'user','content':'q#'}]}"),
                "E:FT1113@0",
                null
            },
            {
                "ShareGPT with calls and tools",
                "",
                Twice(
                    "{'conversations':[{'from':'human','value':'q#'},{'from':'function_call','value':'{}'},"
                        + "{'from':'observation','value':'1'},{'from':'gpt','value':'a'}],'tools':'[]'}"
                ),
                "E:FT1113@0",
                null
            },
            { "ShareGPT without a turn", "", "{'conversations':[]}", "E:FT1113@0", null },
            {
                "ShareGPT under another name",
                "",
                Twice("{'conversation':[{'from':'human','value':'#'}]}"),
                "E:FT1113@0",
                null
            },
            { "conversations of texts", "", "{'conversations':['a','b']}", "E:FT1106@1$", null },
            {
                "ShareGPT for a chat model",
                "chat",
                Twice("{'conversations':[{'from':'human','value':'q#'}]}"),
                "E:FT1113@0",
                null
            },
            {
                "ShareGPT behind a chat",
                "",
                Chat + "\n{'conversations':[{'from':'human','value':'q'}]}",
                "E:FT1113@0",
                null
            },
            { "Alpaca", "", Twice("{'instruction':'q#','input':'','output':'a'}"), "E:FT1114@0", null },
            { "Alpaca without an input", "", Twice("{'instruction':'q#','output':'a'}"), "E:FT1114@0", null },
            { "Alpaca for dpo", "dpo", Twice("{'instruction':'q#','input':'','output':'a'}"), "E:FT1114@0", null },
            {
                "Alpaca with a text of both",
                "",
                Twice("{'instruction':'q#','input':'','output':'a','text':'q#a'}"),
                "E:FT1114@0",
                null
            },
            { "an instruction without an output", "", "{'instruction':'a'}", "E:FT1106@1$", null },
            { "TRL's texts", "", Twice("{'prompt':'q#','chosen':'a','rejected':'b'}"), "E:FT1115@0", null },
            { "TRL's texts for dpo", "dpo", Twice("{'prompt':'q#','chosen':'a','rejected':'b'}"), "E:FT1115@0", null },
            { "TRL's messages", "", Twice("{'chosen':[<U>,<A>],'rejected':[<U>,<A>],'n':#}"), "E:FT1115@0", null },
            { "TRL's turns", "", Twice("{'prompt':[<U>],'completion':[<A>],'n':#}"), "E:FT1121@0", null },
            { "pairs for a chat model", "chat", Twice("{'prompt':'q#','completion':'b'}"), "E:FT1121@0", null },
            { "pairs for any model", "", Twice("{'prompt':'q#','completion':'b'}"), "", null },
            { "texts", "", Twice("{'text':'q#'}"), "E:FT1116@0", null },
            {
                "batch lines",
                "",
                Twice(
                    "{'custom_id':'#','method':'POST','url':'/v1/chat/completions','body':{'model':'m','messages':[<U>]}}"
                ),
                "E:FT1117@0",
                null
            },
            { "examples as strings", "", Twice(@"'{\'messages\':[#]}'"), "E:FT1118@0", null },
            { "lists of messages", "", Twice("[{'role':'user','content':'q#'},<A>]"), "E:FT1119@0", null },
            { "one list of messages", "", "[<U>,<A>]", "E:FT1119@0", null },
            { "two formats", "", Alpaca + "\n{'text':'x'}", "E:FT1114@0 E:FT1116@0", null },
            { "one row among chats", "", Chat + "\n" + Alpaca, "E:FT1114@0", null },
            { "pairs among chats", "", Chat + "\n" + Pair, "E:FT1107@2", null },
            {
                "a grader's field of such a name",
                "reinforcement",
                "{'messages':[<U>],'instruction':'a','output':'b','chosen':'c','rejected':'d','text':'e'}",
                "",
                null
            },
            { "a string that is no JSON", "", "'hello'", "E:FT1102@1", null },
            { "a list of texts", "", "['a','b']", "E:FT1102@1", null },
            {
                "what an API answered",
                "",
                "{'messages':[<U>,{'role':'assistant','content':'x','refusal':null,'annotations':[],'audio':null,"
                    + "'function_call':null,'tool_calls':null}]}",
                "E:FT1112@0",
                "{'messages':[<U>,{'role':'assistant','content':'x','refusal':null,'audio':null,"
                    + "'function_call':null,'tool_calls':null}]}\n"
            },
            { "a null name", "", "{'messages':[{'role':'user','content':'Hi','name':null},<A>]}", Absent, Chat + "\n" },
            {
                "a null weight",
                "",
                "{'messages':[<U>,{'role':'assistant','content':'Hello','weight':null}]}",
                Absent,
                Chat + "\n"
            },
            { "null tools", "", "{'messages':[<U>,<A>],'tools':null}", Absent, Chat + "\n" },
            { "null functions", "", "{'functions':null,'messages':[<U>,<A>]}", Absent, Chat + "\n" },
            { "null parallel calls", "", "{'messages':[<U>,<A>],'parallel_tool_calls':null}", Absent, Chat + "\n" },
            {
                "nulls that services take",
                "",
                "{'messages':[<U>,{'role':'assistant','content':'x','refusal':null,'audio':null,'tool_calls':null,'function_call':null}]}",
                "",
                null
            },
            {
                "a null role stays an error",
                "",
                "{'messages':[{'role':null,'content':'Hi'},<A>]}",
                "E:FT1206@1$.messages[0].role",
                null
            },
            {
                "nulls of every kind",
                "",
                "{'messages':[{'name':null,'role':'user','content':'a null b'},{'role':'assistant','content':'x',"
                    + "'weight':null,'parsed':null}],'tools':null,'functions':null, 'parallel_tool_calls':null}",
                "E:FT1112@0",
                "{'messages':[{'role':'user','content':'a null b'},{'role':'assistant','content':'x'}]}\n"
            },
            {
                "nulls before the messages",
                "",
                "{'tools': null, 'functions': null, 'messages': [<U>,<A>]}",
                "E:FT1112@0",
                "{'messages': [<U>,<A>]}\n"
            },
            {
                "nulls in a preference",
                "",
                "{'input':{'messages':[{'role':'user','content':'Hi','name':null}],'tools':null},<PO>,"
                    + "'non_preferred_output':[{'role':'assistant','content':'x','weight':null}]}",
                "E:FT1112@0",
                "{'input':{'messages':[{'role':'user','content':'Hi'}]},<PO>,"
                    + "'non_preferred_output':[{'role':'assistant','content':'x'}]}\n"
            },
            {
                "a null for the grader stays",
                "",
                "{'messages':[<U>],'answer':null,'tools':null}",
                "E:FT1112@0",
                "{'messages':[<U>],'answer':null}\n"
            },
            {
                "annotations that say something",
                "",
                "{'messages':[<U>,{'role':'assistant','content':'x','annotations':[1]}]}",
                "E:FT1215@1$.messages[1].annotations",
                null
            },
        };

    private static string Twice(string row) => row.Replace("#", "1") + "\n" + row.Replace("#", "2");
}
