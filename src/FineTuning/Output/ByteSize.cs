using System.Globalization;

namespace FineTuning.Output;

/// <summary>Sizes for people.</summary>
public static class ByteSize
{
    private static readonly string[] s_units = ["B", "KB", "MB", "GB", "TB"];

    /// <summary>Such as 1.4 MB, with units of 1024.</summary>
    public static string Text(long? bytes)
    {
        if (bytes is null)
        {
            return string.Empty;
        }

        double size = bytes.Value;
        int unit = 0;
        while (size >= 1024 && unit < s_units.Length - 1)
        {
            size /= 1024;
            unit++;
        }

        return size.ToString(unit == 0 ? "0" : "0.#", CultureInfo.InvariantCulture) + " " + s_units[unit];
    }
}
