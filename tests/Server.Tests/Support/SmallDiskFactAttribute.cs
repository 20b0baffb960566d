using System.Diagnostics;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Support;

/// <summary>A test that needs a disk of its own; skipped, and shown as such, where none can be mounted.</summary>
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || SmallDisk.TryMount() is not { } disk)
        {
            Skip = "No file system can be mounted here: that needs Linux and root.";
            return;
        }

        disk.Dispose();
    }
}

/// <summary>A file system in memory with room for a few megabytes.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    /// <summary>Null where it is not allowed.</summary>
    public static SmallDisk? TryMount(int megabytes = 24)
    {
        string path = TestServer.NewFolder();
        if (Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", path))
        {
            return new SmallDisk(path);
        }

        Directory.Delete(path);
        return null;
    }

    /// <summary>Leaves no room for anything; delete the file that it names to make room again.</summary>
    public string Fill()
    {
        string path = System.IO.Path.Combine(Path, "ballast");
        using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        for (int size = 1 << 20; size > 0; size >>= 1)
        {
            try
            {
                byte[] block = new byte[size];
                while (true)
                {
                    file.Write(block);
                }
            }
            catch (IOException)
            {
                // No room for a block of this size.
            }
        }

        return path;
    }

    public void Dispose()
    {
        Run("umount", "-l", Path);
        Directory.Delete(Path);
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardError = true }
            )!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
