using Xunit;

namespace FineTuning.Core.Tests.Datasets.Rules;

public static class ChatRows
{
    public static TheoryData<string, string, string, string> All =>
        new()
        {
            { "plain", "", "{'messages':[<U>,<A>]}", "" },
            {
                "system and developer",
                "",
                "{'messages':[{'role':'system','content':'x'},{'role':'developer','content':'y'},<U>,<A>]}",
                ""
            },
            { "several turns", "", "{'messages':[<U>,<A>,<U>,<A>]}", "" },
            { "name", "", "{'messages':[{'role':'user','name':'ann','content':'Hi'},<A>]}", "" },
            {
                "role after content",
                "",
                "{'messages':[{'content':'Hi','role':'user'},{'content':'Hello','role':'assistant'}]}",
                ""
            },
            { "escaped key and role", "", @"{'mess\u0061ges':[{'r\u006fle':'us\u0065r','content':'Hi'},<A>]}", "" },
            { "white space between tokens", "", " { 'messages' : [ <U> ,\t<A> ] } ", "" },
            { "no messages", "", "{'messages':[<U>,<A>]}\n{'tools':[]}", "FT1201@2" },
            { "messages a string", "", "{'messages':'Hi'}", "FT1202@1" },
            { "messages null", "", "{'messages':null}", "FT1202@1" },
            { "messages an object", "", "{'messages':{'role':'user'}}", "FT1202@1" },
            { "messages empty", "", "{'messages':[]}", "FT1203@1" },
            { "message a string", "", "{'messages':['Hi',<A>]}", "FT1204@1" },
            { "message null and number", "", "{'messages':[null,7,<A>]}", "FT1204@1 FT1204@1" },
            { "no role", "", "{'messages':[{'content':'Hi'},<A>]}", "FT1205@1" },
            { "role a number", "", "{'messages':[{'role':1,'content':'Hi'},<A>]}", "FT1206@1" },
            { "role null", "", "{'messages':[{'role':null,'content':'Hi'},<A>]}", "FT1206@1" },
            { "unknown role", "", "{'messages':[<U>,{'role':'asistant','content':'Hello'}]}", "FT1207@1" },
            { "role in upper case", "", "{'messages':[{'role':'User','content':'Hi'},<A>]}", "FT1207@1" },
            {
                "role of a stranger kind",
                "",
                "{'messages':[{'role':'human','content':'Hi'},{'role':'gpt','content':'x'}]}",
                "FT1207@1 FT1207@1"
            },
            { "user without content", "", "{'messages':[{'role':'user'},<A>]}", "FT1208@1" },
            { "assistant without content", "", "{'messages':[<U>,{'role':'assistant'}]}", "FT1208@1" },
            { "function without content", "", "{'messages':[<U>,{'role':'function','name':'f'},<A>]}", "FT1208@1" },
            { "user with null", "", "{'messages':[{'role':'user','content':null},<A>]}", "FT1209@1" },
            { "assistant with null", "", "{'messages':[<U>,{'role':'assistant','content':null}]}", "FT1209@1" },
            {
                "tool with null",
                "",
                "{'messages':[<U>,<CALL>,{'role':'tool','tool_call_id':'c1','content':null},<A>],<TOOLS>}",
                "FT1209@1"
            },
            { "function with null", "", "{'messages':[<U>,{'role':'function','name':'f','content':null},<A>]}", "" },
            {
                "refusal without content",
                "",
                "{'messages':[<U>,{'role':'assistant','content':null,'refusal':'No.'}]}",
                ""
            },
            { "content a number", "", "{'messages':[{'role':'user','content':5},<A>]}", "FT1210@1" },
            { "content an object", "", "{'messages':[{'role':'user','content':{'text':'x'}},<A>]}", "FT1210@1" },
            { "content true", "", "{'messages':[<U>,{'role':'assistant','content':true}]}", "FT1210@1" },
            { "content an empty list", "", "{'messages':[{'role':'user','content':[]},<A>]}", "FT1211@1" },
            { "parts", "", "{'messages':[{'role':'user','content':[{'type':'text','text':'Hi'}]},<A>]}", "" },
            { "part a string", "", "{'messages':[{'role':'user','content':['Hi']},<A>]}", "FT1212@1" },
            { "part without type", "", "{'messages':[{'role':'user','content':[{'text':'Hi'}]},<A>]}", "FT1212@1" },
            { "part type a number", "", "{'messages':[{'role':'user','content':[{'type':1}]},<A>]}", "FT1212@1" },
            {
                "part of unknown type",
                "",
                "{'messages':[{'role':'user','content':[{'type':'video'}]},<A>]}",
                "FT1213@1"
            },
            {
                "text part without text",
                "",
                "{'messages':[{'role':'user','content':[{'type':'text'}]},<A>]}",
                "FT1214@1"
            },
            {
                "text part with a number",
                "",
                "{'messages':[{'role':'user','content':[{'type':'text','text':1}]},<A>]}",
                "FT1214@1"
            },
            {
                "image",
                "",
                "{'messages':[{'role':'user','content':[<IMG>]},<A>]}".Replace("<IMG>", Image("https://e.com/a.png")),
                ""
            },
            {
                "image as data",
                "",
                "{'messages':[{'role':'user','content':[<IMG>]},<A>]}".Replace(
                    "<IMG>",
                    Image("data:image/png;base64,AA")
                ),
                ""
            },
            {
                "image from the disk",
                "",
                "{'messages':[{'role':'user','content':[<IMG>]},<A>]}".Replace("<IMG>", Image("a.png")),
                "FT1214@1"
            },
            {
                "image as a string",
                "",
                "{'messages':[{'role':'user','content':[{'type':'image_url','image_url':'https://e.com/a.png'}]},<A>]}",
                "FT1214@1"
            },
            {
                "image detail",
                "",
                "{'messages':[{'role':'user','content':[{'type':'image_url','image_url':{'url':'https://e.com/a','detail':'best'}}]},<A>]}",
                "FT1214@1"
            },
            {
                "image from the assistant",
                "",
                "{'messages':[<U>,{'role':'assistant','content':[{'type':'text','text':'x'},<IMG>]}]}".Replace(
                    "<IMG>",
                    Image("https://e.com/a.png")
                ),
                "FT1213@1"
            },
            {
                "image from the system",
                "",
                "{'messages':[{'role':'system','content':[<IMG>]},<U>,<A>]}".Replace(
                    "<IMG>",
                    Image("https://e.com/a.png")
                ),
                "FT1213@1"
            },
            {
                "ten images",
                "",
                "{'messages':[{'role':'user','content':[<IMG>]},<A>]}".Replace("<IMG>", Images(10)),
                ""
            },
            {
                "eleven images",
                "",
                "{'messages':[{'role':'user','content':[<IMG>]},<A>]}".Replace("<IMG>", Images(11)),
                "FT1236@1"
            },
            {
                "audio",
                "",
                "{'messages':[{'role':'user','content':[{'type':'input_audio','input_audio':{'data':'AA','format':'wav'}}]},<A>]}",
                "FT1234@1"
            },
            {
                "audio without data",
                "",
                "{'messages':[{'role':'user','content':[{'type':'input_audio'}]},<A>]}",
                "FT1214@1 FT1234@1"
            },
            {
                "refusal part",
                "",
                "{'messages':[<U>,{'role':'assistant','content':[{'type':'refusal','refusal':'No.'}]}]}",
                ""
            },
            {
                "refusal part of the user",
                "",
                "{'messages':[{'role':'user','content':[{'type':'refusal','refusal':'No.'}]},<A>]}",
                "FT1213@1"
            },
            {
                "refusal part without text",
                "",
                "{'messages':[<U>,{'role':'assistant','content':[{'type':'refusal'}]}]}",
                "FT1214@1"
            },
            {
                "unknown key in a message",
                "",
                "{'messages':[{'role':'user','content':'Hi','time':'10:00'},<A>]}",
                "FT1215@1"
            },
            {
                "unknown keys in two messages",
                "",
                "{'messages':[{'role':'user','content':'Hi','id':1},{'role':'assistant','content':'x','id':2}]}",
                "FT1215@1 FT1215@1"
            },
            {
                "refusal of the user",
                "",
                "{'messages':[{'role':'user','content':'Hi','refusal':'x'},<A>]}",
                "FT1216@1"
            },
            {
                "nulls of the assistant's keys",
                "",
                "{'messages':[<U>,{'role':'assistant','content':'x','refusal':null,'tool_calls':null,'function_call':null,'audio':null}]}",
                ""
            },
            {
                "weight 0 and 1",
                "",
                "{'messages':[<U>,{'role':'assistant','content':'x','weight':0},<U>,{'role':'assistant','content':'y','weight':1}]}",
                ""
            },
            { "weight 1.0", "", "{'messages':[<U>,{'role':'assistant','content':'x','weight':1.0}]}", "" },
            { "weight 0.5", "", "{'messages':[<U>,{'role':'assistant','content':'x','weight':0.5}]}", "FT1217@1" },
            { "weight 2", "", "{'messages':[<U>,{'role':'assistant','content':'x','weight':2}]}", "FT1217@1" },
            { "weight a string", "", "{'messages':[<U>,{'role':'assistant','content':'x','weight':'1'}]}", "FT1217@1" },
            { "weight true", "", "{'messages':[<U>,{'role':'assistant','content':'x','weight':true}]}", "FT1217@1" },
            { "weight of the user", "", "{'messages':[{'role':'user','content':'Hi','weight':1},<A>]}", "FT1218@1" },
            {
                "bad weight of the user",
                "",
                "{'messages':[{'role':'user','content':'Hi','weight':3},<A>]}",
                "FT1217@1 FT1218@1"
            },
            { "all weights 0", "", "{'messages':[<U>,{'role':'assistant','content':'x','weight':0}]}", "FT1233@1" },
            { "name a number", "", "{'messages':[{'role':'user','content':'Hi','name':7},<A>]}", "FT1219@1" },
            { "no assistant", "", "{'messages':[<U>]}", "FT1227@1" },
            { "last is the user", "", "{'messages':[<U>,<A>,<U>]}", "FT1228@1" },
            { "answer empty", "", "{'messages':[<U>,{'role':'assistant','content':''}]}", "FT1229@1" },
            { "answer blank", "", @"{'messages':[<U>,{'role':'assistant','content':' \n\t '}]}", "FT1229@1" },
            {
                "answer of empty parts",
                "",
                "{'messages':[<U>,{'role':'assistant','content':[{'type':'text','text':''}]}]}",
                "FT1229@1"
            },
            { "user empty", "", "{'messages':[{'role':'user','content':''},<A>]}", "FT1247@1" },
            { "answer ends in a space", "", "{'messages':[<U>,{'role':'assistant','content':'Hello '}]}", "FT1230@1" },
            {
                "answer ends in a line feed",
                "",
                @"{'messages':[<U>,{'role':'assistant','content':'Hello\n'}]}",
                "FT1230@1"
            },
            {
                "answer ends in a backslash and an n",
                "",
                @"{'messages':[<U>,{'role':'assistant','content':'Hello\\n'}]}",
                ""
            },
            {
                "answer ends in a backslash and a line feed",
                "",
                @"{'messages':[<U>,{'role':'assistant','content':'Hello\\\n'}]}",
                "FT1230@1"
            },
            {
                "part ends in a space",
                "",
                "{'messages':[<U>,{'role':'assistant','content':[{'type':'text','text':'x '}]}]}",
                "FT1230@1"
            },
            { "user ends in a space", "", "{'messages':[{'role':'user','content':'Hi '},<A>]}", "" },
            { "unknown top key", "", "{'messages':[<U>,<A>],'id':7}", "FT1111@1" },
            { "two unknown top keys", "", "{'id':7,'messages':[<U>,<A>],'source':'x'}", "FT1111@1 FT1111@1" },
            {
                "several problems at once",
                "",
                "{'messages':[{'role':'usr','content':'Hi'},{'role':'user'},{'role':'assistant','content':'x "
                    + "','weight':9}],'id':1}",
                "FT1111@1 FT1207@1 FT1208@1 FT1217@1 FT1230@1"
            },
        };

    private static string Image(string url) => "{'type':'image_url','image_url':{'url':'" + url + "','detail':'low'}}";

    private static string Images(int count) => string.Join(",", Enumerable.Repeat(Image("https://e.com/a.png"), count));
}
