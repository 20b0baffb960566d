using System;
using System.IO;

namespace FineTuning.Common;

/// <summary>Where the module keeps what is the user's: the data of local servers, and prices.</summary>
internal static class UserFolder
{
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
