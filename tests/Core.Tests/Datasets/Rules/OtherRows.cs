using Xunit;

namespace FineTuning.Core.Tests.Datasets.Rules;

// Completion, preference and reinforcement examples, and which of them a file holds.
public static class OtherRows
{
    public static TheoryData<string, string, string, string> All =>
        new()
        {
            { "completion", "", "{'prompt':'a','completion':'b'}", "" },
            { "completion with an empty prompt", "", "{'prompt':'','completion':'b'}", "" },
            { "no prompt", "", "{'completion':'b'}", "FT1301@1" },
            { "prompt a number", "", "{'prompt':1,'completion':'b'}", "FT1302@1" },
            { "prompt a list", "", "{'prompt':['a'],'completion':'b'}", "FT1302@1" },
            { "no completion", "", "{'prompt':'a'}", "FT1303@1" },
            { "completion null", "", "{'prompt':'a','completion':null}", "FT1304@1" },
            { "completion empty", "", "{'prompt':'a','completion':''}", "FT1305@1" },
            { "completion ends in a space", "", "{'prompt':'a','completion':' b '}", "FT1306@1" },
            { "completion ends in a stop sequence", "", @"{'prompt':'a','completion':' b\n'}", "" },
            { "completion with another key", "", "{'prompt':'a','completion':'b','id':1}", "FT1111@1" },
            { "preference", "", "{<IN>,<PO>,<NO>}", "" },
            {
                "preference with tools",
                "",
                "{'input':{'messages':[<U>],'tools':[],'parallel_tool_calls':true},<PO>,<NO>}",
                ""
            },
            { "no input", "", "{<PO>,<NO>}", "FT1401@1" },
            { "input a string", "", "{'input':'Hi',<PO>,<NO>}", "FT1402@1" },
            { "input with another key", "", "{'input':{'messages':[<U>],'id':1},<PO>,<NO>}", "FT1403@1" },
            { "input without messages", "", "{'input':{},<PO>,<NO>}", "FT1201@1" },
            { "input with no message", "", "{'input':{'messages':[]},<PO>,<NO>}", "FT1203@1" },
            {
                "input with a bad role",
                "",
                "{'input':{'messages':[{'role':'usr','content':'Hi'}]},<PO>,<NO>}",
                "FT1207@1"
            },
            { "input that ends with the assistant", "", "{'input':{'messages':[<U>,<A>]},<PO>,<NO>}", "FT1411@1" },
            { "no preferred output", "", "{<IN>,<NO>}", "FT1404@1" },
            { "no outputs", "dpo", "{<IN>}", "FT1404@1 FT1404@1" },
            { "output a string", "", "{<IN>,'preferred_output':'Hello',<NO>}", "FT1405@1" },
            {
                "output an object",
                "",
                "{<IN>,<PO>,'non_preferred_output':{'role':'assistant','content':'x'}}",
                "FT1405@1"
            },
            { "output empty", "", "{<IN>,<PO>,'non_preferred_output':[]}", "FT1406@1" },
            { "output from the user", "", "{<IN>,<PO>,'non_preferred_output':[<U>]}", "FT1407@1" },
            {
                "output with a tool answer",
                "",
                "{'input':{'messages':[<U>],<TOOLS>},<PO>,'non_preferred_output':[<CALL>,<TOOL>,<A>]}",
                "FT1408@1"
            },
            {
                "output of a tool answer only",
                "",
                "{<IN>,<PO>,'non_preferred_output':[<TOOL>]}",
                "FT1231@1 FT1408@1 FT1409@1"
            },
            {
                "output with an empty text",
                "",
                "{<IN>,<PO>,'non_preferred_output':[{'role':'assistant','content':''}]}",
                "FT1229@1"
            },
            { "outputs the same", "", "{<IN>,<PO>,'non_preferred_output':[<A>]}", "FT1410@1" },
            { "preference with another key", "", "{<IN>,<PO>,<NO>,'score':1}", "FT1111@1" },
            { "reinforcement found from the data", "", "{'messages':[<U>],'answer':'4','grade':{'x':[1]}}", "" },
            { "reinforcement by method", "reinforcement", "{'messages':[<U>],'answer':4,'tools':[]}", "" },
            {
                "reinforcement that ends with the assistant",
                "reinforcement",
                "{'messages':[<U>,<A>],'answer':'4'}",
                "FT1501@1"
            },
            {
                "reinforcement that ends with the system",
                "reinforcement",
                "{'messages':[{'role':'system','content':'x'}],'answer':'4'}",
                "FT1246@1 FT1501@1"
            },
            { "reinforcement without fields", "reinforcement", "{'messages':[<U>]}", "FT1502@1" },
            { "reinforcement without messages", "reinforcement", "{'answer':'4'}", "FT1201@1" },
            {
                "reinforcement with bad tools",
                "reinforcement",
                "{'messages':[<U>],'answer':'4','tools':{}}",
                "FT1224@1"
            },
            { "completion among chat", "", "{'messages':[<U>,<A>]}\n{'prompt':'a','completion':'b'}", "FT1107@2" },
            { "chat among completion", "", "{'prompt':'a','completion':'b'}\n{'messages':[<U>,<A>]}", "FT1107@2" },
            {
                "preference among chat",
                "",
                "{'messages':[<U>,<A>]}\n{<IN>,<PO>,<NO>}\n{'messages':[<A>]}",
                "FT1107@2 FT1246@3"
            },
            { "chat among preference", "", "{<IN>,<PO>,<NO>}\n{'messages':[<U>,<A>]}", "FT1107@2" },
            {
                "chat among reinforcement",
                "",
                "{'messages':[<U>],'answer':'4'}\n{'messages':[<U>,<A>],'answer':'4'}",
                "FT1501@2"
            },
            {
                "the first good line decides",
                "",
                "{'prompt':1,'completion':'b'}\n{'messages':[<U>,<A>]}\n{'prompt':'a','completion':'b'}",
                "FT1302@1 FT1107@3"
            },
            { "no kind of example", "", "{'question':'a','answer':'b'}", "FT1106@1" },
            { "empty object", "", "{}", "FT1106@1" },
            { "a misspelt key", "", "{'mesages':[<U>,<A>]}\n{'messages':[<U>,<A>]}", "FT1106@1" },
            { "a misspelt key later", "", "{'messages':[<U>,<A>]}\n{'mesages':[<U>,<A>]}", "FT1111@2 FT1201@2" },
            { "chat for dpo", "dpo", "{'messages':[<U>,<A>]}", "FT1107@1" },
            { "preference for supervised", "supervised", "{<IN>,<PO>,<NO>}", "FT1107@1" },
            {
                "prompts with fields for supervised",
                "supervised",
                "{'messages':[<U>],'answer':'4'}",
                "FT1111@1 FT1227@1"
            },
            { "completion for supervised", "supervised", "{'prompt':'a','completion':'b'}", "" },
            { "completion for reinforcement", "reinforcement", "{'prompt':'a','completion':'b'}", "FT1107@1" },
            {
                "forced format",
                "format=Completion",
                "{'messages':[<U>,<A>]}\n{'prompt':'a','completion':'b'}",
                "FT1107@1"
            },
            {
                "duplicate",
                "",
                "{'prompt':'a','completion':'b'}\n{'prompt':'c','completion':'d'}\n{'prompt':'a','completion':'b'}",
                "FT1602@3"
            },
            {
                "three times the same",
                "",
                "{'prompt':'a','completion':'b'}\n{'prompt':'a','completion':'b'}\n {'prompt':'a','completion':'b'}",
                "FT1602@2 FT1602@3"
            },
            {
                "duplicates not looked for",
                "dup=off",
                "{'prompt':'a','completion':'b'}\n{'prompt':'a','completion':'b'}",
                ""
            },
            { "nine of ten", "min=10", Lines(9, i => $"{{'prompt':'{i}','completion':'{i}'}}"), "FT1601@0" },
            { "ten of ten", "min=10", Lines(10, i => $"{{'prompt':'{i}','completion':'{i}'}}"), "" },
            { "one answer in eleven", "", Lines(11, i => $"{{'prompt':'{i}','completion':'yes'}}"), "FT1603@0" },
            { "one answer in ten", "", Lines(10, i => $"{{'prompt':'{i}','completion':'yes'}}"), "" },
            { "two answers in eleven", "", Lines(11, i => $"{{'prompt':'{i}','completion':'{i / 10}'}}"), "" },
            {
                "one answer in eleven chats",
                "",
                Lines(11, i => $"{{'messages':[{{'role':'user','content':'{i}'}},<A>]}}"),
                "FT1603@0"
            },
            {
                "key and address",
                "secrets",
                "{'prompt':'use sk-proj-abcdefghijklmnopqrstuvwx','completion':'ann@example.com'}",
                "FT1606@1 FT1607@1"
            },
            {
                "key at the start of a line",
                "secrets",
                @"{'prompt':'x\nsk-abcdefghijklmnopqrstuvwx','completion':'b'}",
                "FT1606@1"
            },
            {
                "no key, no address",
                "secrets",
                "{'prompt':'task-abcdefghijklmnopqrstuvwx sk-short @ann a@b','completion':'b @ c.de'}",
                ""
            },
            {
                "secrets not looked for",
                "",
                "{'prompt':'sk-abcdefghijklmnopqrstuvwx','completion':'ann@example.com'}",
                ""
            },
        };

    private static string Lines(int count, System.Func<int, string> line) =>
        string.Join("\n", Enumerable.Range(0, count).Select(line));
}
