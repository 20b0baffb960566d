using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;
using System.Text.Json;
using FineTuning.Server.Http;
using FineTuning.Server.Storage;

namespace FineTuning.Server.Hosting;

/// <summary>Tells other programs of this user where the server is and how to stop it. It holds the control token: owner
/// only.</summary>
internal sealed class RunFile(ServerOptions options, DataFolder folder, ControlToken token) : IDisposable
{
    private string? _path;

    /// <param name="url">Where the server listens.</param>
    /// <exception cref="StartException">It cannot be written.</exception>
    public void Write(string url)
    {
        string path = options.RunFile ?? Path.Combine(folder.Root, "run.json");
        RunInfo info = new(
            Environment.ProcessId,
            url,
            folder.Root,
            options.Memory,
            DateTimeOffset.UtcNow,
            token.Value,
            ServerHost.Version,
            options.Dialect.ToString()
        );
        string draft = path + "." + Ids.NewModelPart() + ".tmp";
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } parent)
            {
                Directory.CreateDirectory(parent);
            }

            using (FileStream stream = OperatingSystem.IsWindows() ? CreateOnWindows(draft) : CreateOnUnix(draft))
            {
                JsonSerializer.Serialize(stream, info, ServerJson.Default.RunInfo);
            }

            // A reader sees no file or a whole one.
            File.Move(draft, path, overwrite: true);
            _path = path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            DataFolder.TryDelete(draft);
            throw new StartException($"The run file '{path}' cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Removes the file, unless another server has written its own there by now.</summary>
    public void Dispose()
    {
        if (_path is null)
        {
            return;
        }

        try
        {
            RunInfo? info = JsonSerializer.Deserialize(File.ReadAllText(_path), ServerJson.Default.RunInfo);
            if (info?.ControlToken == token.Value)
            {
                File.Delete(_path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // Somebody else's by now, or gone.
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static FileStream CreateOnUnix(string path) =>
        new(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }
        );

    [SupportedOSPlatform("windows")]
    private static FileStream CreateOnWindows(string path)
    {
        using var user = WindowsIdentity.GetCurrent();
        FileSecurity security = new();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        security.AddAccessRule(
            new FileSystemAccessRule(user.User!, FileSystemRights.FullControl, AccessControlType.Allow)
        );
        return new FileInfo(path).Create(
            FileMode.CreateNew,
            FileSystemRights.FullControl,
            FileShare.None,
            4096,
            FileOptions.None,
            security
        );
    }
}
