using System.Text.Json;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// What rules of nested parts share: that a part is a list or an object, and has what it needs.
internal abstract class ShapeRules(LineContext line)
{
    protected LineContext Line { get; } = line;

    protected bool EnterList(ref JsonScanner json, ProblemCode code, string what)
    {
        if (json.Token == JsonTokenType.StartArray)
        {
            json.EnterArray();
            return true;
        }

        Line.Report(code, json.Start, null, $"{what} {json.Kind}, not a list.");
        json.Skip();
        return false;
    }

    protected bool EnterObject(ref JsonScanner json, ProblemCode code, string what)
    {
        if (json.Token == JsonTokenType.StartObject)
        {
            json.EnterObject();
            return true;
        }

        Line.Report(code, json.Start, null, $"{what} is {json.Kind}, not an object.");
        json.Skip();
        return false;
    }

    protected void Require(bool has, ProblemCode code, int start, string what)
    {
        if (!has)
        {
            Line.Report(code, start, null, $"{what}");
        }
    }
}
