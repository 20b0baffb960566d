using Xunit;

namespace FineTuning.Core.Tests.Datasets.Rules;

public static class ToolRows
{
    public static TheoryData<string, string, string, string> All =>
        new()
        {
            { "call and answer", "", "{'messages':[<U>,<CALL>,<TOOL>,<A>],<TOOLS>}", "" },
            { "call at the end", "", "{'messages':[<U>,<CALL>],<TOOLS>}", "" },
            {
                "call without a content key",
                "",
                "{'messages':[<U>,{'role':'assistant','tool_calls':[<C>]}],<TOOLS>}".Replace("<C>", Call),
                ""
            },
            {
                "call with an empty content",
                "",
                "{'messages':[<U>,{'role':'assistant','content':'','tool_calls':[<C>]}],<TOOLS>}".Replace("<C>", Call),
                ""
            },
            {
                "tool without id",
                "",
                "{'messages':[<U>,<CALL>,{'role':'tool','content':'1'},<A>],<TOOLS>}",
                "FT1220@1"
            },
            {
                "tool with a number as id",
                "",
                "{'messages':[<U>,<CALL>,{'role':'tool','tool_call_id':1,'content':'1'},<A>],<TOOLS>}",
                "FT1220@1"
            },
            {
                "tool that answers nothing",
                "",
                "{'messages':[<U>,<CALL>,{'role':'tool','tool_call_id':'c2','content':'1'},<A>],<TOOLS>}",
                "FT1231@1"
            },
            { "tool before the call", "", "{'messages':[<U>,<TOOL>,<CALL>],<TOOLS>}", "FT1231@1" },
            {
                "calls of the line before do not count",
                "",
                "{'messages':[<U>,<CALL>],<TOOLS>}\n{'messages':[<U>,<TOOL>,<A>]}",
                "FT1231@2"
            },
            {
                "tool_call_id of the user",
                "",
                "{'messages':[{'role':'user','content':'Hi','tool_call_id':'c1'},<A>]}",
                "FT1216@1"
            },
            {
                "tool_calls of the user",
                "",
                "{'messages':[{'role':'user','content':'Hi','tool_calls':[<C>]},<A>]}".Replace("<C>", Call),
                "FT1216@1"
            },
            {
                "tool_calls an object",
                "",
                "{'messages':[<U>,{'role':'assistant','content':null,'tool_calls':{}}]}",
                "FT1221@1"
            },
            {
                "tool_calls empty",
                "",
                "{'messages':[<U>,{'role':'assistant','content':null,'tool_calls':[]}]}",
                "FT1221@1"
            },
            {
                "tool_calls null without content",
                "",
                "{'messages':[<U>,{'role':'assistant','content':null,'tool_calls':null}]}",
                "FT1209@1"
            },
            { "call a string", "", WithCall("'f'"), "FT1222@1" },
            {
                "call without id",
                "",
                WithCall("{'type':'function','function':{'name':'f','arguments':'{}'}}"),
                "FT1222@1"
            },
            { "call without type", "", WithCall("{'id':'c','function':{'name':'f','arguments':'{}'}}"), "FT1222@1" },
            {
                "call of another type",
                "",
                WithCall("{'id':'c','type':'tool','function':{'name':'f','arguments':'{}'}}"),
                "FT1222@1"
            },
            { "call without function", "", WithCall("{'id':'c','type':'function'}"), "FT1222@1" },
            { "call without anything", "", WithCall("{}"), "FT1222@1 FT1222@1 FT1222@1" },
            {
                "call without name",
                "",
                WithCall("{'id':'c','type':'function','function':{'arguments':'{}'}}"),
                "FT1222@1"
            },
            {
                "call without arguments",
                "",
                WithCall("{'id':'c','type':'function','function':{'name':'f'}}"),
                "FT1222@1"
            },
            {
                "arguments an object",
                "",
                WithCall("{'id':'c','type':'function','function':{'name':'f','arguments':{'x':1}}}"),
                "FT1222@1"
            },
            {
                "arguments with JSON",
                "",
                WithCall(@"{'id':'c','type':'function','function':{'name':'f','arguments':'{\'x\':[1,2]}'}}"),
                ""
            },
            {
                "arguments not JSON",
                "",
                WithCall("{'id':'c','type':'function','function':{'name':'f','arguments':'x=1'}}"),
                "FT1232@1"
            },
            {
                "arguments cut off",
                "",
                WithCall(@"{'id':'c','type':'function','function':{'name':'f','arguments':'{\'x\':'}}"),
                "FT1232@1"
            },
            {
                "arguments empty",
                "",
                WithCall("{'id':'c','type':'function','function':{'name':'f','arguments':''}}"),
                "FT1232@1"
            },
            {
                "function_call",
                "",
                "{'messages':[<U>,{'role':'assistant','content':null,'function_call':{'name':'f','arguments':'{}'}}],<TOOLS>}",
                ""
            },
            {
                "function_call without arguments",
                "",
                "{'messages':[<U>,{'role':'assistant','content':null,'function_call':{'name':'f'}}],<TOOLS>}",
                "FT1223@1"
            },
            {
                "function_call a string",
                "",
                "{'messages':[<U>,{'role':'assistant','content':null,'function_call':'f'}]}",
                "FT1223@1"
            },
            { "function message", "", "{'messages':[<U>,{'role':'function','name':'f','content':'1'},<A>]}", "" },
            {
                "function message without name",
                "",
                "{'messages':[<U>,{'role':'function','content':'1'},<A>]}",
                "FT1235@1"
            },
            {
                "tools",
                "",
                WithTools(
                    "[{'type':'function','function':{'name':'f','description':'d','parameters':{'type':'object'},'strict':true}}]"
                ),
                ""
            },
            { "tools an object", "", WithTools("{}"), "FT1224@1" },
            { "tools null", "", WithTools("null"), "FT1112@0" },
            { "tool a string", "", WithTools("['f']"), "FT1224@1" },
            { "tool without type", "", WithTools("[{'function':{'name':'f'}}]"), "FT1224@1" },
            { "tool without function", "", WithTools("[{'type':'function'}]"), "FT1224@1" },
            { "tool function without name", "", WithTools("[{'type':'function','function':{}}]"), "FT1224@1" },
            {
                "tool function with a bad name",
                "",
                WithTools("[{'type':'function','function':{'name':'get weather'}}]"),
                "FT1224@1"
            },
            {
                "tool function with a long name",
                "",
                WithTools("[{'type':'function','function':{'name':'" + new string('f', 65) + "'}}]"),
                "FT1224@1"
            },
            {
                "tool parameters a string",
                "",
                WithTools("[{'type':'function','function':{'name':'f','parameters':'x'}}]"),
                "FT1224@1"
            },
            {
                "tool description a number",
                "",
                WithTools("[{'type':'function','function':{'name':'f','description':1}}]"),
                "FT1224@1"
            },
            {
                "tool strict a string",
                "",
                WithTools("[{'type':'function','function':{'name':'f','strict':'yes'}}]"),
                "FT1224@1"
            },
            { "functions", "", "{'messages':[<U>,<A>],'functions':[{'name':'f','parameters':{}}]}", "" },
            { "functions without name", "", "{'messages':[<U>,<A>],'functions':[{}]}", "FT1225@1" },
            { "functions a string", "", "{'messages':[<U>,<A>],'functions':'f'}", "FT1225@1" },
            { "parallel", "", "{'messages':[<U>,<A>],'parallel_tool_calls':false}", "" },
            { "parallel a string", "", "{'messages':[<U>,<A>],'parallel_tool_calls':'yes'}", "FT1226@1" },
            { "parallel null", "", "{'messages':[<U>,<A>],'parallel_tool_calls':null}", "FT1112@0" },
        };

    private static string Call => "{'id':'c1','type':'function','function':{'name':'f','arguments':'{}'}}";

    private static string WithCall(string call) =>
        "{'messages':[<U>,{'role':'assistant','content':null,'tool_calls':[" + call + "]}],<TOOLS>}";

    private static string WithTools(string tools) => "{'messages':[<U>,<A>],'tools':" + tools + "}";
}
