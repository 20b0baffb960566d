using Xunit;

namespace FineTuning.Core.Tests.Datasets.Rules;

// Lines and their JSON.
public static class LineRows
{
    private const string Good = "{'prompt':'a','completion':'b'}";
    private const string Good2 = "{'prompt':'c','completion':'d'}";

    public static TheoryData<string, string, string, string> All =>
        new()
        {
            { "nothing", "", "", "FT1001@0" },
            { "nothing, and a minimum", "min=10", "", "FT1001@0" },
            { "a line feed only", "", "\n", "FT1001@0 FT1008@1" },
            { "white space only", "", "  \t\n\n", "FT1001@0 FT1008@1 FT1008@2" },
            { "line feed at the end", "", Good + "\n", "" },
            { "blank line at the end", "", Good + "\n\n", "FT1008@2" },
            { "blank line between", "", Good + "\n \n" + Good2, "FT1008@2" },
            { "CRLF", "", Good + "\r\n" + Good2 + "\r\n", "FT1007@0" },
            { "CRLF and LF", "", Good + "\n" + Good2 + "\r\n", "FT1007@0" },
            { "carriage return at the very end", "", Good + "\r", "" },
            { "CR alone between examples", "", Good + "\r" + Good2, "FT1014@1" },
            { "CR alone between tokens", "", "{'prompt':'a',\r'completion':'b'}", "" },
            { "CR alone in a string", "", "{'prompt':'a\rb','completion':'b'}", "FT1101@1" },
            { "line separator", "", "{'prompt':'a\u2028b','completion':'b'}", "FT1010@1" },
            { "both separators", "", Good2 + "\n{'prompt':'a\u2028b\u2029','completion':'b'}", "FT1010@2 FT1010@2" },
            { "escaped line separator", "", @"{'prompt':'a\u2028b','completion':'b'}", "" },
            { "line separator between tokens", "", "{'prompt':'a',\u2028'completion':'b'}", "FT1010@1 FT1101@1" },
            { "too long", "max=31", Good + "\n{'prompt':'aa','completion':'b'}\n" + Good2, "FT1011@2" },
            { "too long with CRLF", "max=31", Good + "\r\n{'prompt':'aa','completion':'b'}\r\n", "FT1007@0 FT1011@2" },
            { "not JSON", "", "hello", "FT1101@1" },
            { "a table", "", "prompt,completion\n1,2\n'a','b'", "FT1018@0" },
            { "unquoted key", "", "{prompt:'a','completion':'b'}", "FT1101@1" },
            { "Python values", "", "{'prompt':None,'completion':'b'}", "FT1101@1" },
            { "not a number", "", "{'prompt':NaN,'completion':'b'}", "FT1101@1" },
            { "comment", "", Good + " // why", "FT1103@1" },
            { "comment inside", "", "{'prompt':/* why */'a','completion':'b'}", "FT1101@1" },
            { "tab in a string", "", "{'prompt':'a\tb','completion':'b'}", "FT1101@1" },
            { "bad escape", "", @"{'prompt':'a\qb','completion':'b'}", "FT1101@1" },
            { "bad number", "", "{'prompt':01,'completion':'b'}", "FT1101@1" },
            { "two colons", "", "{'prompt'::'a','completion':'b'}", "FT1101@1" },
            { "missing comma", "", "{'prompt':'a' 'completion':'b'}", "FT1101@1" },
            { "wrong bracket", "", "{'prompt':'a','completion':'b']", "FT1101@1" },
            { "byte order mark in the middle", "", Good + "\n\uFEFF" + Good2, "FT1015@2" },
            { "the rest is checked", "", "oops\n" + Good + "\n{'prompt':1,'completion':'b'}", "FT1101@1 FT1302@3" },
            { "a string", "", "'hello'", "FT1102@1" },
            { "a number", "", "12", "FT1102@1" },
            { "null", "", "null", "FT1102@1" },
            { "a list on one line", "", "[" + Good + "," + Good2 + "]", "FT1012@1" },
            { "two on a line", "", Good + " " + Good2, "FT1103@1" },
            { "comma after the object", "", Good + ",\n" + Good2 + ",", "FT1105@1 FT1105@2" },
            { "bracket after the object", "", Good + "}", "FT1103@1" },
            { "problems before what follows", "", "{'prompt':1,'completion':'b'} x", "FT1103@1 FT1302@1" },
            { "cut in a string", "", Good + "\n{'prompt':'a','comple", "FT1104@2" },
            { "cut after an escape", "", Good + "\n{'prompt':'a\\", "FT1104@2" },
            { "cut after a comma", "", Good + "\n{'prompt':'a',", "FT1104@2" },
            { "cut after a colon", "", Good + "\n{'prompt':", "FT1104@2" },
            { "cut in a word", "", Good + "\n{'prompt':tru", "FT1104@2" },
            { "cut in a number", "", Good + "\n{'prompt':12", "FT1104@2" },
            { "line break in a string", "", Good + "\n{'prompt':'a\nb','completion':'c'}", "FT1104@2 FT1101@3" },
            { "trailing comma in the object", "", "{'prompt':'a','completion':'b',}", "FT1105@1" },
            { "trailing comma in a list", "", "{'messages':[<U>,<A>, ]}", "FT1105@1" },
            { "duplicate key", "", "{'prompt':'a','completion':'b','prompt':'a'}", "FT1108@1" },
            {
                "duplicate key in a message",
                "",
                "{'messages':[{'role':'user','role':'user','content':'Hi'},<A>]}",
                "FT1108@1"
            },
            { "duplicate key, escaped", "", @"{'prompt':'a','completion':'b','pr\u006fmpt':'a'}", "FT1108@1" },
            { "duplicate key deep down", "", "{'messages':[<U>],'answer':{'a':[{'x':1,'y':2,'x':3}]}}", "FT1108@1" },
            { "the same key in two objects", "", "{'messages':[<U>],'answer':{'x':1,'a':{'x':2}}}", "" },
            { "lone high surrogate", "", @"{'prompt':'a\ud800','completion':'b'}", "FT1109@1" },
            { "lone low surrogate", "", @"{'prompt':'a\uDC00b','completion':'b'}", "FT1109@1" },
            { "two high surrogates", "", @"{'prompt':'\ud83d\ud83d\ude00','completion':'b'}", "FT1109@1" },
            { "surrogate pair", "", @"{'prompt':'\ud83d\ude00','completion':'b'}", "" },
            { "backslash before a u", "", @"{'prompt':'\\ud800','completion':'b'}", "" },
            { "lone surrogate in a key", "", @"{'messages':[<U>],'answer':{'\ud800':1}}", "FT1109@1" },
            {
                "lone surrogate in a role",
                "",
                @"{'messages':[{'role':'\ud800','content':'Hi'},<A>]}",
                "FT1109@1 FT1207@1"
            },
            { "128 deep", "", "{'messages':[<U>],'answer':" + Nested(127) + "}", "" },
            { "129 deep", "", "{'messages':[<U>],'answer':" + Nested(128) + "}", "FT1110@1" },
            { "an array over several lines", "", "[\n" + Good + ",\n" + Good2 + "\n]", "FT1012@1" },
            { "an array that starts on the first line", "", "[" + Good + ",\n" + Good2 + "]", "FT1012@1" },
            { "an example over several lines", "", "{\n  'prompt': 'a',\n  'completion': 'b'\n}", "FT1013@1" },
            { "an example over several lines, denser", "", "{'messages': [\n  <U>,\n  <A>]}", "FT1013@1" },
            { "a cut first line", "", "{'prompt':'a\n" + Good, "FT1104@1" },
            { "an array later", "", Good + "\n[\n", "FT1104@2" },
        };

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);
}
