using Xunit;

namespace FineTuning.Core.Tests.Datasets;

// Files of another kind, and lines that are nearly right.
public static class FileFindings
{
    private const string A = "{'prompt':'a','completion':'b'}";
    private const string B = "{'prompt':'c','completion':'d'}";
    private const string Whole = A + "\n" + B + "\n";

    public static TheoryData<string, string, string, string, string?> All =>
        new()
        {
            { "CSV", "", "prompt,completion\na,b\nc,d\n", "E:FT1018@0", "refused: NotText" },
            { "CSV with a mark", "", "\uFEFFprompt,completion\na,b\nc,d\n", "E:FT1018@0", "refused: NotText" },
            { "TSV", "", "prompt\tcompletion\na\tb\n", "E:FT1018@0", "refused: NotText" },
            { "semicolons and quotes", "", "'prompt';'completion'\r\n'a';'b'\r\n", "E:FT1018@0", "refused: NotText" },
            { "a text with a comma", "", "hello, world", "E:FT1101@1", null },
            { "HTML", "", "<!DOCTYPE html>\n<html>\n<body>\n", "E:FT1019@0", "refused: NotText" },
            { "XML behind a blank line", "", "\n  <?xml version='1.0'?>\n<a/>", "E:FT1019@0", "refused: NotText" },
            { "PDF", "", "%PDF-1.7\n1 0 obj\n", "E:FT1016@0", "refused: NotText" },
            { "Parquet", "", "PAR1\u0015\u0004\n", "E:FT1017@0", "refused: NotText" },
            { "Arrow", "", "ARROW1\0\0", "E:FT1017@0", "refused: NotText" },
            { "SQLite", "", "SQLite format 3\0", "E:FT1020@0", "refused: NotText" },
            { "zip", "", "PK\u0003\u0004\u0014\0", "E:FT1005@0", "refused: NotText" },
            { "two on a line", "", A + B, "E:FT1103@1", Whole },
            {
                "three on a line",
                "",
                A + " " + B + ",{'prompt':'e','completion':'f'}",
                "E:FT1103@1",
                Whole + "{'prompt':'e','completion':'f'}\n"
            },
            {
                "two at the end without a line break",
                "",
                A + "\n" + B + "{'prompt':'e','completion':'f'}",
                "E:FT1103@2",
                Whole + "{'prompt':'e','completion':'f'}\n"
            },
            { "commas behind lines", "", A + ",\n" + B + ",\n", "E:FT1105@1 E:FT1105@2", Whole },
            { "a list on one line", "", "[" + A + "," + B + "]", "E:FT1012@1", Whole },
            { "a list on a later line", "", A + "\n[" + B + "]\n", "E:FT1012@2", Whole },
            { "lists on all lines", "", "[" + A + "]\n[" + B + ",]\n", "E:FT1012@1 E:FT1105@2", Whole },
            { "a mark in the middle", "", A + "\n\uFEFF" + B + "\n", "E:FT1015@2", Whole },
            { "a mark alone", "", A + "\n\uFEFF\n" + B + "\n", "E:FT1015@2", Whole },
            {
                "a mark and a fault",
                "",
                A + "\n\uFEFF{'prompt':1,'completion':'d'}\n",
                "E:FT1015@2 E:FT1302@2$.prompt",
                A + "\n{'prompt':1,'completion':'d'}\n"
            },
            {
                "a next-line character",
                "",
                "{'prompt':'a\u0085','completion':'b'}\n",
                "W:FT1010@1",
                "{'prompt':'a\\u0085','completion':'b'}\n"
            },
            {
                "all three separators",
                "",
                "{'prompt':'\u0085\u2028\u2029','completion':'b'}\n",
                "W:FT1010@1 W:FT1010@1 W:FT1010@1",
                "{'prompt':'\\u0085\\u2028\\u2029','completion':'b'}\n"
            },
            { "letters whose bytes are near", "", "{'prompt':'\u0084\u00c2\u2026','completion':'b'}\n", "", null },
            {
                "curly quotes",
                "",
                "{\u201cprompt\u201d:\u201ca\u201d,\u201ccompletion\u201d:\u201cb\u201d}\n",
                "E:FT1120@1",
                A + "\n"
            },
            {
                "low and curly quotes",
                "",
                "{\u201eprompt\u201c:\u201ea\u201c,\u201ecompletion\u201c:\u201eb\u201c}\n",
                "E:FT1120@1",
                A + "\n"
            },
            { "curly and straight quotes", "", "{\u201cprompt\u201d:'a','completion':'b'}\n", "E:FT1120@1", null },
            { "curly quotes in a text", "", "{'prompt':'\u201ca\u201d','completion':'b'}\n", "", null },
        };
}
