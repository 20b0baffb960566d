using FineTuning.Server.Training.External;
using Xunit;

namespace FineTuning.Server.Tests.External;

/// <summary>A test that needs Python; it is skipped, visibly, where there is none.</summary>
internal sealed class PythonFactAttribute : FactAttribute
{
    public PythonFactAttribute()
    {
        try
        {
            ExternalProgram.Find("python3", [], null);
        }
        catch (StartException)
        {
            Skip = "There is no python3 in PATH.";
        }
    }
}
