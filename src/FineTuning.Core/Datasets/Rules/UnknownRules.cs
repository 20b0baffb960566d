using System.Text;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// For a line that is no kind of example: says what its keys are, since they are what has to change.
internal sealed class UnknownRules(LineContext line) : ExampleRules
{
    internal static readonly ProblemCode UnknownFormat = ProblemCode.Error(
        "FT1106",
        "unknown kind of example",
        "The line has none of the keys that tell what kind of example it is.",
        "Give the line the keys of a chat, completion, preference or reinforcement example.",
        """{"question":"a","answer":"b"}"""
    );

    private const int MaxNamedKeys = 5;

    public override DatasetFormat Format => DatasetFormat.Unknown;

    public override void Read(ref JsonScanner json, out ExampleFacts facts)
    {
        facts = default;
        int start = json.Start;
        bool wanted = line.Wants(UnknownFormat);
        StringBuilder keys = new();
        int count = 0;
        json.EnterObject();
        while (json.NextProperty(out _))
        {
            if (wanted && ++count <= MaxNamedKeys)
            {
                keys.Append(count == 1 ? "\"" : ", \"").Append(JsonText.Show(line.Key)).Append('"');
            }

            json.Skip();
        }

        keys.Append(count > MaxNamedKeys ? ", …" : "");
        line.Report(
            UnknownFormat,
            start,
            null,
            $"The line has {(count == 0 ? "no keys" : "the keys " + keys)}, which is no kind of example."
        );
    }
}
