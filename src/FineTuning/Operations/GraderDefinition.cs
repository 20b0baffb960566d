using System.Management.Automation;
using System.Text.Json;
using FineTuning.Core.Grading;
using FineTuning.Errors;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>The grader that a cmdlet was given.</summary>
/// <param name="Definition">The grader, as the service takes it.</param>
internal sealed record GraderDefinition(JsonElement Definition)
{
    /// <summary>The name in its definition.</summary>
    public string Name =>
        Definition.TryGetProperty("name", out JsonElement name) && name.ValueKind == JsonValueKind.String
            ? name.GetString()!
            : "the grader";

    /// <summary>Reads the -Grader of a cmdlet, or ends it.</summary>
    public static GraderDefinition Read(AsyncCmdlet cmdlet, object grader)
    {
        try
        {
            return new(GraderArgument.Read(cmdlet, grader));
        }
        catch (PSArgumentException e)
        {
            throw cmdlet.Stop(GraderErrors.NoGrader(e, grader));
        }
    }

    /// <summary>Makes a grader that works here, or ends the cmdlet.</summary>
    public ISampleGrader CreateLocal(AsyncCmdlet cmdlet)
    {
        try
        {
            return LocalGrader.Create(Definition);
        }
        catch (GraderException e)
        {
            throw cmdlet.Stop(GraderErrors.NotLocal(e, Definition));
        }
    }
}
