using System.Text;

namespace FineTuning.Benchmarks;

/// <summary>
/// Writes chat examples as a Python program writes them: one to four turns, often with a system message, most of it
/// English, a little of it not, with line feeds and quotes in some of the texts, and one line in a thousand there
/// twice. The same for the same count, always.
/// </summary>
internal static class GeneratedDataset
{
    private static readonly string[] s_words = (
        "the of and a to in is you that it for was on are as with his they at be this have from or one had by word "
        + "but not what all were we when your can "
        + "said there use an each which she do how their if will up other about out many then them these so some her "
        + "would make like him into time has look "
        + "two more write go see number no way could people my than first water been call who oil its now find long "
        + "down day did get come made may part "
        + "printer invoice account password delivery refund order customer meeting schedule network update version "
        + "install error message thanks"
    ).Split(' ');

    private static readonly string[] s_others =
    [
        "naïve",
        "Straße",
        "Größe",
        "señor",
        "日本語の文章",
        "これはテストです",
        "Привет",
        "مرحبا",
        "😀",
        "€",
        "café",
    ];

    private static readonly string[] s_systems =
    [
        "You are a helpful assistant.",
        "You answer the questions of customers in one sentence.",
        "You are a support agent. Be short and friendly.",
    ];

    /// <summary>Writes so many lines, of some 250 bytes each.</summary>
    public static void Write(string path, int lines)
    {
        Random random = new(20_26);
        using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        StringBuilder line = new();
        byte[] bytes = [];
        for (int i = 0; i < lines; i++)
        {
            // Else the one before stays.
            if (i == 0 || random.Next(1000) != 0)
            {
                line.Clear();
                AppendExample(line, random);
                bytes = Encoding.UTF8.GetBytes(line.ToString());
            }

            file.Write(bytes);
        }
    }

    private static void AppendExample(StringBuilder line, Random random)
    {
        line.Append("{\"messages\": [");
        if (random.Next(3) == 0)
        {
            AppendMessage(line, "system").Append(s_systems[random.Next(s_systems.Length)]).Append("\"}, ");
        }

        // Short ones are the most.
        int turns = random.Next(10) switch
        {
            < 7 => 1,
            < 9 => 2,
            _ => 4,
        };
        for (int turn = 0; turn < turns; turn++)
        {
            line.Append(turn > 0 ? ", " : "");
            AppendText(AppendMessage(line, "user"), random, random.Next(2, 10)).Append("\"}, ");
            AppendText(AppendMessage(line, "assistant"), random, random.Next(2, 16)).Append("\"}");
        }

        line.Append("]}\n");
    }

    private static StringBuilder AppendMessage(StringBuilder line, string role) =>
        line.Append("{\"role\": \"").Append(role).Append("\", \"content\": \"");

    private static StringBuilder AppendText(StringBuilder line, Random random, int words)
    {
        bool isEnglish = random.Next(20) != 0;
        for (int i = 0; i < words; i++)
        {
            line.Append(
                i == 0
                    ? ""
                    : random.Next(40) switch
                    {
                        0 => "\\n",
                        1 => " \\\"",
                        _ => " ",
                    }
            );
            line.Append(
                isEnglish || random.Next(3) != 0
                    ? s_words[random.Next(s_words.Length)]
                    : s_others[random.Next(s_others.Length)]
            );
        }

        return line.Append(random.Next(1_000_000));
    }
}
