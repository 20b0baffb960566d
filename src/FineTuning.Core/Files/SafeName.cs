using FineTuning.Core.Wire;

namespace FineTuning.Core.Files;

/// <summary>Names for files on disk, made of names that came from outside.</summary>
public static class SafeName
{
    private const int MaxLength = 120;

    // The union of what Windows and Unix forbid, so that a name is the same everywhere.
    private static readonly char[] s_forbidden = ['<', '>', ':', '"', '/', '\\', '|', '?', '*'];

    private static readonly string[] s_devices =
    [
        "CON",
        "PRN",
        "AUX",
        "NUL",
        "COM1",
        "COM2",
        "COM3",
        "COM4",
        "COM5",
        "COM6",
        "COM7",
        "COM8",
        "COM9",
        "LPT1",
        "LPT2",
        "LPT3",
        "LPT4",
        "LPT5",
        "LPT6",
        "LPT7",
        "LPT8",
        "LPT9",
    ];

    /// <summary>
    /// A plain name in no folder: what a name from the service may not do is leave the folder it is put into. Result
    /// files, which all have the same name at the service, get their id into it.
    /// </summary>
    /// <param name="file">The file; its id serves where its name is of no use.</param>
    public static string For(FileResource file)
    {
        _ = file ?? throw new ArgumentNullException(nameof(file));
        string name = Clean(file.FileName.Split('/', '\\').Last());
        if (name.Length > 0 && file.Purpose == "fine-tune-results")
        {
            name = Clean(
                $"{Path.GetFileNameWithoutExtension(name)}-{file.Id.Split('/', '\\').Last()}{Path.GetExtension(name)}"
            );
        }

        return name.Length > 0 ? name
            : Clean(file.Id) is { Length: > 0 } id ? id
            : "download";
    }

    private static string Clean(string name)
    {
        string clean = new string([.. name.Where(c => !char.IsControl(c) && Array.IndexOf(s_forbidden, c) < 0)]).Trim(
            ' ',
            '.'
        );
        if (clean.Length > MaxLength)
        {
            string extension = Path.GetExtension(clean);
            extension = extension.Length > 12 ? string.Empty : extension;
            clean = clean.Substring(0, MaxLength - extension.Length) + extension;
        }

        return s_devices.Contains(clean.Split('.')[0], StringComparer.OrdinalIgnoreCase) ? "_" + clean : clean;
    }
}
