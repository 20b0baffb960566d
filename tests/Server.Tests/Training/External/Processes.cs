using System.Diagnostics;

namespace FineTuning.Server.Tests.Training.External;

/// <summary>Processes by their id.</summary>
internal static class Processes
{
    public static void Kill(int id)
    {
        using var process = Process.GetProcessById(id);
        process.Kill();
    }

    public static bool Runs(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
