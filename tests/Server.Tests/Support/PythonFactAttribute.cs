using FineTuning.Server.Grading;
using FineTuning.Server.Hosting;
using Xunit;

namespace FineTuning.Server.Tests.Support;

/// <summary>A test that needs Python 3, skipped visibly where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PythonFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> s_isThere = new(() =>
    {
        try
        {
            return PythonInterpreter.FindAsync().GetAwaiter().GetResult().Length > 0;
        }
        catch (StartException)
        {
            return false;
        }
    });

    public PythonFactAttribute()
    {
        if (!s_isThere.Value)
        {
            Skip = "Python 3 is not on the PATH.";
        }
    }
}
