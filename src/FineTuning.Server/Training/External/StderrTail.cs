using System.Text;

namespace FineTuning.Server.Training.External;

/// <summary>Splits what a program writes to standard error into lines of bounded length, and remembers the
/// last.</summary>
internal sealed class StderrTail
{
    private const int MaxLineLength = 1000,
        Kept = 6,
        QuotedCharacters = 600;
    private readonly Lock _gate = new();
    private readonly Queue<string> _last = new();
    private readonly StringBuilder _line = new();

    /// <summary>Takes text in; returns the lines that it completed. A progress bar ends its lines with a carriage
    /// return.</summary>
    public List<string> Add(ReadOnlySpan<char> text)
    {
        var lines = new List<string>();
        lock (_gate)
        {
            foreach (char c in text)
            {
                if (c is '\n' or '\r')
                {
                    if (_line.ToString().Trim() is { Length: > 0 } line)
                    {
                        lines.Add(line);
                        Remember(line);
                    }

                    _line.Clear();
                }
                else if (_line.Length < MaxLineLength)
                {
                    _line.Append(c);
                }
            }
        }

        return lines;
    }

    /// <summary>As a sentence, in one line.</summary>
    public string Describe()
    {
        lock (_gate)
        {
            string all = ProgramText.OneLine(
                string.Join(" | ", [.. _last, _line.ToString()]).Trim(' ', '|'),
                int.MaxValue
            );
            return all.Length == 0 ? "It said nothing on standard error."
                : all.Length <= QuotedCharacters ? $"Its last words: {all}"
                : $"Its last words: …{all[^QuotedCharacters..]}";
        }
    }

    private void Remember(string line)
    {
        _last.Enqueue(line);
        if (_last.Count > Kept)
        {
            _last.Dequeue();
        }
    }
}
