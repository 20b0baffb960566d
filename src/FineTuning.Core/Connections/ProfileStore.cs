using System.Text.Json;
using System.Text.RegularExpressions;
using FineTuning.Core.Files;
using FineTuning.Core.Files.Uploading;

namespace FineTuning.Core.Connections;

/// <summary>The connections that a user has saved: one small file each, without secrets, that only the user can
/// read.</summary>
/// <param name="folder">Where they are kept; it is made when the first is saved.</param>
public sealed class ProfileStore(string folder)
{
    private const string Ending = ".json";

    private static readonly Regex s_name = new(
        @"\A[\p{L}\p{N}](?:[\p{L}\p{N} ._-]{0,62}[\p{L}\p{N}_-])?\z",
        RegexOptions.CultureInvariant
    );

    /// <summary>Where they are kept.</summary>
    public string Folder { get; } = folder ?? throw new ArgumentNullException(nameof(folder));

    /// <summary>Whether a name can be that of a connection: 1 to 64 letters, digits, spaces, dots, dashes or
    /// underscores.</summary>
    public static bool IsName(string name) => name is not null && s_name.IsMatch(name);

    /// <summary>The names of all saved connections, in order.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    public IReadOnlyList<string> Names() =>
        !Directory.Exists(Folder)
            ? []
            :
            [
                .. Directory
                    .GetFiles(Folder, "*" + Ending)
                    .Where(path => path.EndsWith(Ending, StringComparison.OrdinalIgnoreCase))
                    .Select(path => Path.GetFileNameWithoutExtension(path))
                    .Where(IsName)
                    .OrderBy(name => name, StringComparer.OrdinalIgnoreCase),
            ];

    /// <summary>Reads a connection, whatever the case of its name.</summary>
    /// <returns>Null if there is none of that name.</returns>
    /// <exception cref="InvalidDataException">Its file is damaged, or another version has written it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public ConnectionProfile? Read(string name)
    {
        if (Find(name) is not string path)
        {
            return null;
        }

        try
        {
            if (
                new FileInfo(path).Length <= StateFile.LargestBytes
                && JsonSerializer.Deserialize(File.ReadAllBytes(path), ProfileContext.Default.ConnectionProfile)
                    is { IsWhole: true } profile
            )
            {
                return profile;
            }
        }
        catch (JsonException)
        {
            // The same error as for valid JSON that is no connection.
        }

        throw new InvalidDataException(
            $"The saved connection '{name}' in {path} is damaged, or of another version of this module."
        );
    }

    /// <summary>Saves a connection; one of the same name is replaced.</summary>
    /// <exception cref="ArgumentException">The name cannot be one.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public void Write(string name, ConnectionProfile profile)
    {
        string path = Find(name) ?? Path.Combine(Folder, Checked(name) + Ending);
        PrivateFolder.Make(Folder);
        using var file = new AtomicFile(path, overwrite: true);
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(profile, ProfileContext.Default.ConnectionProfile);
        file.Stream.Write(text, 0, text.Length);
        file.Commit();
    }

    /// <summary>Deletes a connection.</summary>
    /// <returns>False if there is none of that name.</returns>
    /// <exception cref="IOException">The file cannot be deleted.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be deleted.</exception>
    public bool Delete(string name)
    {
        if (Find(name) is not string path)
        {
            return false;
        }

        File.Delete(path);
        return true;
    }

    private string? Find(string name) =>
        Names().FirstOrDefault(n => n.Equals(name, StringComparison.OrdinalIgnoreCase)) is string found
            ? Path.Combine(Folder, found + Ending)
            : null;

    private static string Checked(string name) =>
        IsName(name)
            ? name
            : throw new ArgumentException(
                $"'{name}' cannot be the name of a connection: use letters, digits, spaces, dots, dashes or "
                    + $"underscores, 64 at the most.",
                nameof(name)
            );
}
