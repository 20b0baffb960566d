using System.Security.Cryptography;
using System.Text;

namespace FineTuning.Core.Files.Uploading;

/// <summary>Bytes as lower-case hexadecimal Digits.</summary>
internal static class Hex
{
    public static string Text(byte[] bytes)
    {
        const string Digits = "0123456789abcdef";
        var text = new StringBuilder(bytes.Length * 2);
        foreach (byte b in bytes)
        {
            text.Append(Digits[b >> 4]).Append(Digits[b & 15]);
        }

        return text.ToString();
    }

    /// <summary>The start of a text's SHA-256, which makes a name for a file of anything.</summary>
    public static string NameOf(string text)
    {
        using var hash = SHA256.Create();
        return Text(hash.ComputeHash(Encoding.UTF8.GetBytes(text))).Substring(0, 32);
    }
}
