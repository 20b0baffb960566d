using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

internal sealed class CompletionRules(LineContext line) : ExampleRules
{
    internal static readonly ProblemCode PromptMissing = ProblemCode.Error(
        "FT1301",
        "no prompt",
        """The example has no "prompt".""",
        "Add the prompt; it may be empty.",
        """{"completion":"b"}"""
    );

    internal static readonly ProblemCode PromptNotString = ProblemCode.Error(
        "FT1302",
        "prompt not a string",
        "The prompt is not a string.",
        "Write the prompt as a string.",
        """{"prompt":1,"completion":"b"}"""
    );

    internal static readonly ProblemCode CompletionMissing = ProblemCode.Error(
        "FT1303",
        "no completion",
        """The example has no "completion".""",
        "Add the completion to learn.",
        """{"prompt":"a"}"""
    );

    internal static readonly ProblemCode CompletionNotString = ProblemCode.Error(
        "FT1304",
        "completion not a string",
        "The completion is not a string.",
        "Write the completion as a string.",
        """{"prompt":"a","completion":null}"""
    );

    internal static readonly ProblemCode CompletionEmpty = ProblemCode.Warning(
        "FT1305",
        "empty completion",
        "The completion has no text, so the model learns to say nothing.",
        "Write the completion, or remove the example.",
        """{"prompt":"a","completion":""}"""
    );

    internal static readonly ProblemCode CompletionTrailingSpace = ProblemCode.Warning(
        "FT1306",
        "white space after a completion",
        "The completion ends in a space or a tab, which the model learns too. A line feed is left alone: it is a "
            + "usual stop sequence.",
        "Remove the white space at the end.",
        """{"prompt":"a","completion":"b "}"""
    );

    public override DatasetFormat Format => DatasetFormat.Completion;

    public override void Read(ref JsonScanner json, out ExampleFacts facts)
    {
        facts = default;
        int start = json.Start;
        bool hasPrompt = false,
            hasCompletion = false;
        json.EnterObject();
        while (json.NextProperty(out Key key))
        {
            switch (key)
            {
                case Key.Prompt:
                    hasPrompt = true;
                    if (!json.IsString)
                    {
                        line.Report(PromptNotString, json.Start, null, $"The prompt is {json.Kind}, not a string.");
                    }

                    json.Skip();
                    break;
                case Key.Completion:
                    hasCompletion = true;
                    ReadCompletion(ref json, ref facts);
                    break;
                default:
                    line.Report(
                        ExampleRules.UnknownKey,
                        json.Start,
                        null,
                        $"The key \"{line.Key}\" is not one that a completion example may have: prompt, completion."
                    );
                    json.Skip();
                    break;
            }
        }

        facts.IsForeign = !hasPrompt && !hasCompletion;
        if (!hasPrompt)
        {
            line.Report(PromptMissing, start, null, $"The example has no \"prompt\".");
        }

        if (!hasCompletion)
        {
            line.Report(CompletionMissing, start, null, $"The example has no \"completion\".");
        }
    }

    private void ReadCompletion(ref JsonScanner json, ref ExampleFacts facts)
    {
        if (!json.IsString)
        {
            line.Report(CompletionNotString, json.Start, null, $"The completion is {json.Kind}, not a string.");
            json.Skip();
            return;
        }

        facts.HasAnswer = true;
        facts.Answer = Hash128.Of(json.Raw);
        if (InvisibleText.IsBlank(json.Raw))
        {
            line.Report(CompletionEmpty, json.Start, null, $"The completion has no text.");
        }
        else if (JsonText.TrailingSpaceLength(json.Raw, lineFeedsToo: false) > 0)
        {
            line.Report(CompletionTrailingSpace, json.Start, null, $"The completion ends in white space.");
        }
    }
}
