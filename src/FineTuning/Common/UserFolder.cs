using System;
using System.IO;

namespace FineTuning.Common;

/// <summary>Where the module keeps what is the user's: the data of local servers, and prices.</summary>
internal static class UserFolder
{
    /// <summary>Where saved connections are; null for an account without a folder of its own: in a temporary one others could put some.</summary>
    public static string? Connections =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create) is { Length: > 0 } root
            ? System.IO.Path.Combine(root, "FineTuning", "connections")
            : null;

    /// <summary>The user's data folder of this module; a temporary one for accounts that have none.</summary>
    public static string Path
    {
        get
        {
            string root = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create);
            return root.Length > 0
                ? System.IO.Path.Combine(root, "FineTuning")
                : System.IO.Path.Combine(System.IO.Path.GetTempPath(), "FineTuning-" + Environment.UserName);
        }
    }
}
