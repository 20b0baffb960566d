using FineTuning.Core.Datasets.Problems;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

internal sealed class CompletionRules(LineContext line) : ExampleRules
{
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
                        line.Report(
                            CompletionProblems.PromptNotString,
                            json.Start,
                            null,
                            $"The prompt is {json.Kind}, not a string."
                        );
                    }

                    json.Skip();
                    break;
                case Key.Completion:
                    hasCompletion = true;
                    ReadCompletion(ref json, ref facts);
                    break;
                default:
                    line.Report(
                        LineProblems.UnknownKey,
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
            line.Report(CompletionProblems.PromptMissing, start, null, $"The example has no \"prompt\".");
        }

        if (!hasCompletion)
        {
            line.Report(CompletionProblems.CompletionMissing, start, null, $"The example has no \"completion\".");
        }
    }

    private void ReadCompletion(ref JsonScanner json, ref ExampleFacts facts)
    {
        if (!json.IsString)
        {
            line.Report(
                CompletionProblems.CompletionNotString,
                json.Start,
                null,
                $"The completion is {json.Kind}, not a string."
            );
            json.Skip();
            return;
        }

        facts.HasAnswer = true;
        facts.Answer = Hash128.Of(json.Raw);
        if (JsonText.IsBlank(json.Raw))
        {
            line.Report(CompletionProblems.CompletionEmpty, json.Start, null, $"The completion has no text.");
        }
        else if (JsonText.TrailingSpaceLength(json.Raw, lineFeedsToo: false) > 0)
        {
            line.Report(
                CompletionProblems.CompletionTrailingSpace,
                json.Start,
                null,
                $"The completion ends in white space."
            );
        }
    }
}
