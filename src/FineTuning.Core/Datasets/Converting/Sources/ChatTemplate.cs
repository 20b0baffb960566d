using System.Text.RegularExpressions;

namespace FineTuning.Core.Datasets.Converting.Sources;

// Who said what.
internal readonly record struct Turn(Speaker Speaker, string Text);

// Takes texts apart that a chat template has put together, of the templates in use: what a mark says and where it ends.
internal static class ChatTemplate
{
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.Singleline;

    // A mark that names the speaker of what follows; what ends the turn is left out of it. The first one that a text
    // has is that of the text.
    private static readonly (Regex Mark, string? End)[] s_marked =
    [
        (new Regex(@"<\|im_start\|>\s*(\w+)[ \t]*\r?\n?", Options), "<|im_end|>"),
        (new Regex(@"<\|start_header_id\|>\s*(\w+)\s*<\|end_header_id\|>\s*", Options), "<|eot_id|>"),
        (new Regex(@"<start_of_turn>\s*(\w+)[ \t]*\r?\n?", Options), "<end_of_turn>"),
        (new Regex(@"<\|(user|assistant|system)\|>[ \t]*\r?\n?", Options), "<|end|>"),
        (
            new Regex(
                @"(?:^|\n)###[ \t]*(Human|User|Assistant|System|Instruction|Input|Response)[ \t]*:?[ \t]*(?:\r?\n|(?<=:[ \t]*))",
                Options
            ),
            null
        ),
        (new Regex(@"(?:^|\n\n)(Human|Assistant):[ \t]*", Options), null),
        (new Regex(@"(?:^|\s)(USER|ASSISTANT):[ \t]*", Options), null),
    ];

    private static readonly Regex s_instruction = new(@"\[INST\](.*?)\[/INST\](.*?)(?=<s>|\[INST\]|$)", Options);
    private static readonly Regex s_system = new(@"^\s*<<SYS>>(.*?)<</SYS>>", Options);
    private static readonly string[] s_ends = ["</s>", "<s>", "<|endoftext|>", "<eos>", "<bos>", "<|begin_of_text|>"];

    // The turns of a text; null if it has no marks.
    public static List<Turn>? Parse(string text)
    {
        if (text.Contains("[INST]") && text.Contains("[/INST]"))
        {
            return Instructions(text);
        }

        foreach ((Regex mark, string? end) in s_marked)
        {
            MatchCollection marks = mark.Matches(text);
            if (marks.Count > 0)
            {
                return Marked(text, marks, end);
            }
        }

        return null;
    }

    private static List<Turn> Instructions(string text)
    {
        var turns = new List<Turn>();
        foreach (Match match in s_instruction.Matches(text))
        {
            string asked = match.Groups[1].Value;
            Match system = s_system.Match(asked);
            if (system.Success)
            {
                Add(turns, Speaker.System, system.Groups[1].Value);
                asked = asked.Substring(system.Length);
            }

            Add(turns, Speaker.User, asked);
            Add(turns, Speaker.Assistant, match.Groups[2].Value);
        }

        return turns;
    }

    private static List<Turn> Marked(string text, MatchCollection marks, string? end)
    {
        var turns = new List<Turn>();

        // What stands before the first mark tells the model what it is, such as the sentence that Alpaca begins with.
        Add(turns, Speaker.System, text.Substring(0, marks[0].Index));
        for (int i = 0; i < marks.Count; i++)
        {
            int start = marks[i].Index + marks[i].Length;
            int next = i + 1 < marks.Count ? marks[i + 1].Index : text.Length;
            string said = text.Substring(start, next - start);
            int ends = end is null ? -1 : said.IndexOf(end, StringComparison.Ordinal);
            said = ends < 0 ? said : said.Substring(0, ends);
            string name = marks[i].Groups[1].Value;
            Speaker speaker = name switch
            {
                "Instruction" or "Input" => Speaker.User,
                "Response" => Speaker.Assistant,
                _ => SpeakerNames.Find(name),
            };
            if (speaker == Speaker.Unknown)
            {
                throw new SourceRowException(
                    "RoleUnknown",
                    $"has a turn of \"{name}\", which is no speaker that is known."
                );
            }

            if (name == "Input" && turns.Count > 0 && turns[turns.Count - 1].Speaker == Speaker.User)
            {
                said = turns[turns.Count - 1].Text + "\n\n" + said.Trim();
                turns.RemoveAt(turns.Count - 1);
            }

            Add(turns, speaker, said);
        }

        return turns;
    }

    private static void Add(List<Turn> turns, Speaker speaker, string text)
    {
        foreach (string end in s_ends)
        {
            text = text.Replace(end, string.Empty);
        }

        text = text.Trim();
        if (text.Length > 0)
        {
            turns.Add(new Turn(speaker, text));
        }
    }
}
