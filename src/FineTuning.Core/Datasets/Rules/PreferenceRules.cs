using System.Text.Json;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

internal sealed class PreferenceRules(LineContext line, MessageRules messages, ToolRules tools, CallOrderRules calls)
    : ExampleRules
{
    internal static readonly ProblemCode InputMissing = ProblemCode.Error(
        "FT1401",
        "no input",
        """The example has no "input".""",
        """Add "input" with the messages that lead to the outputs.""",
        """{"preferred_output":[{"role":"assistant","content":"Hello"}],"non_preferred_output":[{"role":"assistant","content":"What?"}]}"""
    );

    internal static readonly ProblemCode InputNotObject = ProblemCode.Error(
        "FT1402",
        "input not an object",
        "\"input\" is not an object with messages.",
        """Write the input as {"messages": [...]}.""",
        """{"input":"Hi","preferred_output":[{"role":"assistant","content":"Hello"}],"non_preferred_output":[{"role":"assistant","content":"What?"}]}"""
    );

    internal static readonly ProblemCode InputUnknownKey = ProblemCode.Error(
        "FT1403",
        "unknown key in the input",
        "\"input\" has a key other than messages, tools and parallel_tool_calls.",
        "Remove the key.",
        """{"input":{"messages":[{"role":"user","content":"Hi"}],"id":7},"preferred_output":[{"role":"assistant","content":"Hello"}],"non_preferred_output":[{"role":"assistant","content":"What?"}]}"""
    );

    internal static readonly ProblemCode OutputMissing = ProblemCode.Error(
        "FT1404",
        "no output",
        "One of the two outputs is missing.",
        "Add the output as a list with one assistant message.",
        """{"input":{"messages":[{"role":"user","content":"Hi"}]},"preferred_output":[{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode OutputNoAssistant = ProblemCode.Error(
        "FT1409",
        "output without an assistant message",
        "An output has no assistant message.",
        "Add the assistant message to compare.",
        """{"input":{"messages":[{"role":"user","content":"Hi"}]},"preferred_output":[{"role":"tool","tool_call_id":"call_1","content":"1"}],"non_preferred_output":[{"role":"assistant","content":"What?"}]}"""
    );

    internal static readonly ProblemCode OutputsSame = ProblemCode.Warning(
        "FT1410",
        "both outputs the same",
        "The two outputs are the same, so there is no preference to learn.",
        "Make the outputs differ, or remove the example.",
        """{"input":{"messages":[{"role":"user","content":"Hi"}]},"preferred_output":[{"role":"assistant","content":"Hello"}],"non_preferred_output":[{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode InputEndsWithAssistant = ProblemCode.Warning(
        "FT1411",
        "input ends with the assistant",
        "The last message of the input is from the assistant, so the outputs answer no one.",
        "End the input with a user message.",
        """{"input":{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]},"preferred_output":[{"role":"assistant","content":"Hello"}],"non_preferred_output":[{"role":"assistant","content":"What?"}]}"""
    );

    internal static readonly ProblemCode Images = ProblemCode.Warning(
        "FT1412",
        "images in a preference example",
        "The guides describe images for supervised fine-tuning only; preferences are between texts.",
        "Leave out the images unless your service takes them.",
        """{"input":{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}]},"preferred_output":[{"role":"assistant","content":"Hello"}],"non_preferred_output":[{"role":"assistant","content":"What?"}]}"""
    );

    internal static readonly ProblemCode TwoAnswers = ProblemCode.Warning(
        "FT1413",
        "two answers in an output",
        "An output has several assistant messages in a row. The answer to compare is one message.",
        "Keep one assistant message in each output.",
        """{"input":{"messages":[{"role":"user","content":"Hi"}]},"preferred_output":[{"role":"assistant","content":"Hello"},{"role":"assistant","content":"Hi"}],"non_preferred_output":[{"role":"assistant","content":"What?"}]}"""
    );

    public override DatasetFormat Format => DatasetFormat.Preference;

    public override void Read(ref JsonScanner json, out ExampleFacts facts)
    {
        facts = default;
        calls.BeginExample();
        int start = json.Start;
        bool hasInput = false;
        Output preferred = default;
        Output other = default;
        json.EnterObject();
        while (json.NextProperty(out Key key))
        {
            switch (key)
            {
                case Key.Input:
                    hasInput = true;
                    ReadInput(ref json);
                    break;
                case Key.PreferredOutput:
                    ReadOutput(ref json, "$.preferred_output", out preferred);
                    break;
                case Key.NonPreferredOutput:
                    ReadOutput(ref json, "$.non_preferred_output", out other);
                    break;
                default:
                    line.Report(
                        ExampleRules.UnknownKey,
                        json.Start,
                        null,
                        $"The key \"{line.Key}\" is not one that a preference example may have: input, "
                            + $"preferred_output, non_preferred_output."
                    );
                    json.Skip();
                    break;
            }
        }

        calls.JudgeFunctions();
        facts.IsForeign = !hasInput && !preferred.Exists && !other.Exists;
        if (!hasInput)
        {
            line.Report(InputMissing, start, null, $"The example has no \"input\".");
        }

        Require(preferred, start, "preferred_output");
        Require(other, start, "non_preferred_output");
        if (!preferred.Exists || !other.Exists)
        {
            return;
        }

        ReadOnlySpan<byte> preferredText = line.Line.Slice(preferred.Start, preferred.End - preferred.Start);
        if (preferredText.SequenceEqual(line.Line.Slice(other.Start, other.End - other.Start)))
        {
            line.Report(OutputsSame, start, null, $"The preferred and the non-preferred output are the same.");
        }

        facts.HasAnswer = true;
        facts.Answer = Hash128.Of(preferredText);
    }

    private void Require(in Output output, int start, string name)
    {
        if (!output.Exists)
        {
            line.Report(OutputMissing, start, null, $"The example has no \"{name}\".");
        }
    }

    private void ReadOutput(ref JsonScanner json, string name, out Output output)
    {
        output = new Output { Exists = true, Start = json.Start };
        messages.ReadList(ref json, MessageUse.Output, name, out ListFacts list);
        output.End = json.End;

        // With tool messages between them, they are calls and what follows.
        if (list.Assistants > 1 && list.Assistants == list.Count)
        {
            line.Report(TwoAnswers, output.Start, null, $"The output has {list.Assistants} assistant messages.");
        }

        // A message of a wrong role was reported already, which explains that there is no right one.
        if (list.Count > 0 && !list.HasAssistant && !list.HasBadRole && !list.HasOtherRole)
        {
            line.Report(OutputNoAssistant, output.Start, null, $"The output has no assistant message.");
        }
    }

    private void ReadInput(ref JsonScanner json)
    {
        int start = json.Start;
        if (json.Token != JsonTokenType.StartObject)
        {
            line.Report(InputNotObject, json.Start, null, $"The input is {json.Kind}, not an object.");
            json.Skip();
            return;
        }

        bool hasMessages = false;
        json.EnterObject();
        while (json.NextProperty(out Key key))
        {
            switch (key)
            {
                case Key.Messages:
                    hasMessages = true;
                    messages.ReadList(ref json, MessageUse.Prompt, "$.input.messages", out ListFacts list);
                    if (list.Images > 0)
                    {
                        line.Report(Images, json.Start, null, $"The input has {list.Images} images.");
                    }

                    if (list.Last == Role.Assistant)
                    {
                        line.Report(
                            InputEndsWithAssistant,
                            list.LastStart,
                            null,
                            $"The input ends with an assistant message."
                        );
                    }

                    break;
                case Key.Tools:
                    tools.ReadTools(ref json);
                    break;
                case Key.ParallelToolCalls:
                    tools.ReadParallelToolCalls(ref json);
                    break;
                default:
                    line.Report(
                        InputUnknownKey,
                        json.Start,
                        null,
                        $"The key \"{line.Key}\" is not one that the input may have: messages, tools, "
                            + $"parallel_tool_calls."
                    );
                    json.Skip();
                    break;
            }
        }

        if (!hasMessages)
        {
            line.Report(MessageRules.MessagesMissing, start, null, $"The input has no \"messages\".");
        }
    }

    private struct Output
    {
        public bool Exists;
        public int Start;
        public int End;
    }
}
