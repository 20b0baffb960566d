namespace FineTuning.Core.Grading.Linting;

/// <summary>Takes out of a script what only looks like code.</summary>
internal static class PythonText
{
    /// <summary>The script with every character at its place, but for texts, comments, and line breaks that end no
    /// statement: these are blanks.</summary>
    public static string Blank(string source)
    {
        char[] code = source.ToCharArray();
        int depth = 0;
        for (int i = 0; i < code.Length; i++)
        {
            char c = code[i];
            if (c == '#')
            {
                int end = source.IndexOf('\n', i);
                i = Fill(code, i, end < 0 ? code.Length : end) - 1;
            }
            else if (c is '\'' or '"')
            {
                i = Fill(code, i, EndOfText(source, i)) - 1;
            }
            else if (c == '\\' && i + 1 < code.Length)
            {
                i =
                    Fill(code, i, i + (source[i + 1] == '\r' && i + 2 < code.Length && source[i + 2] == '\n' ? 3 : 2))
                    - 1;
            }
            else if (c == '\r')
            {
                code[i] =
                    i + 1 < code.Length && source[i + 1] == '\n' ? ' '
                    : depth > 0 ? ' '
                    : '\n';
            }
            else if (c == '\n' && depth > 0)
            {
                code[i] = ' ';
            }
            else
            {
                depth = Math.Max(
                    0,
                    depth
                        + (
                            c is '(' or '[' or '{' ? 1
                            : c is ')' or ']' or '}' ? -1
                            : 0
                        )
                );
            }
        }

        return new string(code);
    }

    private static int Fill(char[] code, int start, int end)
    {
        for (int i = start; i < end; i++)
        {
            code[i] = ' ';
        }

        return end;
    }

    // Behind the closing quotes; a text in single quotes that is not closed ends with its line.
    private static int EndOfText(string source, int start)
    {
        char quote = source[start];
        string triple = new(quote, 3);
        bool isTriple = string.CompareOrdinal(source, start, triple, 0, 3) == 0;
        for (int i = start + (isTriple ? 3 : 1); i < source.Length; i++)
        {
            if (source[i] == '\\')
            {
                i++;
            }
            else if (isTriple ? string.CompareOrdinal(source, i, triple, 0, 3) == 0 : source[i] == quote)
            {
                return i + (isTriple ? 3 : 1);
            }
            else if (!isTriple && source[i] == '\n')
            {
                return i;
            }
        }

        return source.Length;
    }
}
