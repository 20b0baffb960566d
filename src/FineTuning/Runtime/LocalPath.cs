using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Runtime.InteropServices;
using FineTuning.Errors;
using DriveNotFoundException = System.Management.Automation.DriveNotFoundException;

namespace FineTuning.Runtime;

/// <summary>Finds files that the user named, by PowerShell's rules for paths.</summary>
internal static class LocalPath
{
    /// <summary>How names of files are compared: macOS and Windows make no difference between capitals, as a
    /// rule.</summary>
    public static StringComparison Comparison { get; } =
        RuntimeInformation.IsOSPlatform(OSPlatform.Linux)
            ? StringComparison.Ordinal
            : StringComparison.OrdinalIgnoreCase;

    /// <summary>The full path of an existing file, or null.</summary>
    public static string? FindFile(PSCmdlet cmdlet, string path)
    {
        try
        {
            string full = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(
                path,
                out ProviderInfo provider,
                out _
            );
            if (provider.Name == "FileSystem" && File.Exists(full))
            {
                return full;
            }
        }
        catch (Exception e)
            when (e
                    is DriveNotFoundException
                        or ProviderNotFoundException
                        or PSArgumentException
                        or ProviderInvocationException
            )
        {
            // It is not a path at all, such as an id with a colon.
            return null;
        }

        return IsEscaped(path) ? FindFile(cmdlet, WildcardPattern.Unescape(path)) : null;
    }

    /// <summary>The full path that a file or folder will have.</summary>
    public static string Target(PSCmdlet cmdlet, string path) =>
        cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(
            IsEscaped(path) ? WildcardPattern.Unescape(path) : path
        );

    /// <summary>Emits a file as Get-Item does, with what PowerShell adds to it for its views.</summary>
    public static void Write(PSCmdlet cmdlet, string path) =>
        cmdlet.WriteObject(
            cmdlet.InvokeProvider.Item.Get([path], force: true, literalPath: true),
            enumerateCollection: true
        );

    /// <summary>The files that a pattern stands for; an error record where there are none.</summary>
    public static Collection<string> Expand(PSCmdlet cmdlet, string path, bool isLiteral)
    {
        var files = new Collection<string>();
        try
        {
            // A file of exactly that name goes before what its brackets would mean in a pattern.
            if ((isLiteral || path.IndexOf('[') >= 0) && FindFile(cmdlet, path) is string one)
            {
                files.Add(one);
            }
            else if (!isLiteral)
            {
                foreach (
                    string match in cmdlet.SessionState.Path.GetResolvedProviderPathFromPSPath(
                        path,
                        out ProviderInfo provider
                    )
                )
                {
                    if (provider.Name == "FileSystem" && File.Exists(match))
                    {
                        files.Add(match);
                    }
                }
            }
        }
        catch (Exception e) when (e is ItemNotFoundException or DriveNotFoundException or ProviderNotFoundException)
        {
            // Reported below, with the same words for every way of not being there.
        }

        if (files.Count == 0)
        {
            cmdlet.WriteError(Missing(cmdlet, path));
        }

        return files;
    }

    /// <summary>Says that a file is not there, or that it is a folder.</summary>
    public static ErrorRecord Missing(PSCmdlet cmdlet, string path)
    {
        // What Get-ChildItem pipes has the provider in front, which nobody typed.
        int prefix = path.IndexOf("::", StringComparison.Ordinal);
        string shown = prefix < 0 ? path : path.Substring(prefix + 2);
        return IsFolder(cmdlet, path) ? FileErrors.IsFolder(path, shown) : FileErrors.NotFound(path, shown);
    }

    // Tab writes brackets so that they are no pattern.
    private static bool IsEscaped(string path) =>
        path.Contains("`[") || path.Contains("`]") || path.Contains("`*") || path.Contains("`?");

    private static bool IsFolder(PSCmdlet cmdlet, string path)
    {
        try
        {
            string full = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(
                path,
                out ProviderInfo provider,
                out _
            );
            return provider.Name == "FileSystem" && Directory.Exists(full);
        }
        catch (Exception e)
            when (e
                    is DriveNotFoundException
                        or ProviderNotFoundException
                        or PSArgumentException
                        or ProviderInvocationException
            )
        {
            return false;
        }
    }
}
