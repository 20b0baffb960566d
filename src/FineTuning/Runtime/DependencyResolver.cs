#if !NET
using System.Reflection;

namespace FineTuning.Runtime;

/// <summary>
/// Finds the assemblies that this module brings for Windows PowerShell by their simple names: powershell.exe has no
/// binding redirects, and the versions that System.Text.Json's closure asks for are not all the same. It answers only
/// for files in the module's own folder, and only when the module's own assemblies ask, or when .NET does not say who
/// asks.
/// </summary>
public static class DependencyResolver
{
    private static readonly string s_folder = Path.GetDirectoryName(typeof(DependencyResolver).Assembly.Location)!;

    /// <summary>Starts to answer.</summary>
    public static void Attach()
    {
        Detach();
        AppDomain.CurrentDomain.AssemblyResolve += Resolve;
    }

    /// <summary>Answers no more.</summary>
    public static void Detach() => AppDomain.CurrentDomain.AssemblyResolve -= Resolve;

    private static Assembly? Resolve(object? sender, ResolveEventArgs args)
    {
        // The classes of PowerShell scripts are dynamic assemblies, which have no location and must not be asked for
        // one.
        string? asking = args.RequestingAssembly is { IsDynamic: false } known ? known.Location : string.Empty;
        if (
            args.RequestingAssembly is not null
            && !string.Equals(Path.GetDirectoryName(asking), s_folder, StringComparison.OrdinalIgnoreCase)
        )
        {
            return null;
        }

        string path = Path.Combine(s_folder, new AssemblyName(args.Name).Name + ".dll");
        return File.Exists(path) ? Assembly.LoadFrom(path) : null;
    }
}
#endif
