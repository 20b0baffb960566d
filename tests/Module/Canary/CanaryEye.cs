using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Net;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

/// <summary>
/// Keeps the marked secrets, where no variable or file does, and looks for them: plain, in base64 (of UTF-8 and UTF-16,
/// at any place in a longer text), as addresses, JSON and pages spell them, and in files also as UTF-16.
/// </summary>
public static class CanaryEye
{
    private const int MaxDepth = 14;
    private static readonly Dictionary<string, string> s_secrets = new Dictionary<string, string>();
    private static readonly List<Spelling> s_spellings = new List<Spelling>();
    private static readonly HashSet<string> s_places = new HashSet<string>();
    private static readonly List<string> s_found = new List<string>();

    public static string Scenario { get; set; }

    public static long Bytes { get; private set; }

    public static long Texts { get; private set; }

    public static long Objects { get; private set; }

    public static long Files { get; private set; }

    /// <summary>The kinds of places that were searched.</summary>
    public static string[] Places
    {
        get { return s_places.OrderBy(p => p, StringComparer.Ordinal).ToArray(); }
    }

    /// <summary>What was found: scenario, place, which secret and how it was spelt, but never the secret.</summary>
    public static string[] Found
    {
        get { return s_found.ToArray(); }
    }

    public static string[] Names
    {
        get { return s_secrets.Keys.ToArray(); }
    }

    public static string Plain(string name)
    {
        return s_secrets[name];
    }

    public static SecureString Secure(string name)
    {
        return new NetworkCredential(string.Empty, s_secrets[name]).SecurePassword;
    }

    public static void Learn(string name, string secret)
    {
        s_secrets.Add(name, secret);
        var spellings = new Dictionary<string, string>
        {
            ["plain"] = secret,
            ["url"] = Uri.EscapeDataString(secret),
            ["form"] = WebUtility.UrlEncode(secret),
            ["html"] = WebUtility.HtmlEncode(secret),
            ["json"] = JsonEncodedText.Encode(secret).ToString(),
            ["plain json"] = JsonEncodedText.Encode(secret, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(),
            ["xml"] = SecurityElement.Escape(secret),
        };
        for (int shift = 0; shift < 3; shift++)
        {
            spellings["base64 at " + shift] = InnerBase64(Encoding.UTF8.GetBytes(secret), shift);
            spellings["base64 of UTF-16 at " + shift] = InnerBase64(Encoding.Unicode.GetBytes(secret), shift);
        }
        var known = new HashSet<string>();
        foreach (KeyValuePair<string, string> spelling in spellings.Where(s => known.Add(s.Value)))
        {
            s_spellings.Add(
                new Spelling
                {
                    Name = name,
                    How = spelling.Key,
                    Text = spelling.Value,
                    Utf8 = Encoding.UTF8.GetBytes(spelling.Value),
                    Utf16 = Encoding.Unicode.GetBytes(spelling.Value),
                }
            );
        }
    }

    public static void SeeText(string place, string text)
    {
        s_places.Add(place);
        if (string.IsNullOrEmpty(text))
        {
            return;
        }
        Texts++;
        Bytes += text.Length * 2L;
        foreach (Spelling spelling in s_spellings)
        {
            int at = text.IndexOf(spelling.Text, StringComparison.Ordinal);
            if (at >= 0)
            {
                Note(place, spelling, Around(text, at, spelling.Text.Length));
            }
        }
    }

    public static void SeeFile(string place, string path)
    {
        s_places.Add(place);
        byte[] content;
        try
        {
            using (
                var stream = new FileStream(
                    path,
                    FileMode.Open,
                    FileAccess.Read,
                    FileShare.ReadWrite | FileShare.Delete
                )
            )
            using (var memory = new MemoryStream())
            {
                stream.CopyTo(memory);
                content = memory.ToArray();
            }
        }
        catch (IOException) // It is gone, or a lock, which holds nothing.
        {
            return;
        }
        Files++;
        Bytes += content.Length;
        foreach (Spelling spelling in s_spellings)
        {
            if (content.AsSpan().IndexOf(spelling.Utf8) >= 0)
            {
                Note(place, spelling, path);
            }
            if (content.AsSpan().IndexOf(spelling.Utf16) >= 0)
            {
                Note(place, spelling, path + " as UTF-16");
            }
        }
    }

    /// <summary>
    /// Searches arguments and environment of whatever this process has started, known by a mark in its environment;
    /// except PowerShells of jobs, which the user starts.
    /// </summary>
    /// <returns>How many they were.</returns>
    public static int SeeProcesses(string mark)
    {
        int count = 0;
        foreach (string folder in Directory.GetDirectories("/proc").Where(d => d.Skip(6).All(char.IsDigit)))
        {
            try
            {
                if (
                    folder == "/proc/" + Environment.ProcessId
                    || File.ReadAllText(folder + "/comm").StartsWith("pwsh", StringComparison.Ordinal)
                    || !File.ReadAllText(folder + "/environ").Contains(mark, StringComparison.Ordinal)
                )
                {
                    continue;
                }
                SeeFile("process arguments", folder + "/cmdline");
                SeeFile("process environment", folder + "/environ");
                count++;
            }
            catch (Exception e) when (e is IOException || e is UnauthorizedAccessException)
            {
                // It has just ended, or is somebody else's.
            }
        }
        return count;
    }

    /// <summary>Walks over everything that can be reached from an object by public properties, fields and members that
    /// PowerShell adds.</summary>
    public static void SeeObject(string place, object value)
    {
        s_places.Add(place);
        Walk(place, value, 0, new HashSet<object>(ReferenceComparer.Instance));
    }

    private static void Walk(string path, object value, int depth, HashSet<object> seen)
    {
        if (value == null || depth > MaxDepth)
        {
            return;
        }
        string text = value as string;
        if (text != null)
        {
            SeeText(path, text);
            return;
        }
        byte[] bytes = value as byte[];
        if (bytes != null)
        {
            SeeText(path, Encoding.UTF8.GetString(bytes));
            SeeText(path, Encoding.Unicode.GetString(bytes));
            return;
        }
        char[] characters = value as char[];
        if (characters != null)
        {
            SeeText(path, new string(characters));
            return;
        }
        Type type = value.GetType();
        if (
            type.IsPrimitive
            || type.IsEnum
            || value is decimal
            || value is DateTime
            || value is DateTimeOffset
            || value is TimeSpan
            || value is Guid
        )
        {
            return;
        }
        if (value is SecureString || IsMachinery(type) || !seen.Add(value))
        {
            return;
        }
        Objects++;
        try
        {
            SeeText(path, value.ToString());
        }
        catch (Exception) { }
        PSObject wrapped = value as PSObject;
        if (wrapped != null)
        {
            foreach (PSPropertyInfo property in wrapped.Properties)
            {
                object content = null;
                try
                {
                    content = property.Value;
                }
                catch (Exception)
                {
                    continue;
                }
                Walk(path, content, depth + 1, seen);
            }
            Walk(path, wrapped.BaseObject, depth + 1, seen);
            return;
        }
        IDictionary table = value as IDictionary;
        if (table != null)
        {
            foreach (DictionaryEntry entry in table)
            {
                Walk(path, entry.Key, depth + 1, seen);
                Walk(path, entry.Value, depth + 1, seen);
            }
        }
        else
        {
            IEnumerable list = value as IEnumerable;
            if (list != null)
            {
                try
                {
                    foreach (object item in list.Cast<object>().Take(500))
                    {
                        Walk(path, item, depth + 1, seen);
                    }
                }
                catch (Exception) { }
            }
        }
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            // What was typed in the clear in a wrong place is PowerShell's to keep, with the line itself. What was
            // given as a secret is not in it.
            if (property.Name == "BoundParameters" && Scenario.EndsWith("failure", StringComparison.Ordinal))
            {
                continue;
            }
            if (
                property.GetIndexParameters().Length > 0
                || property.GetMethod == null
                || property.PropertyType.IsByRefLike
            )
            {
                continue;
            }
            object content = null;
            try
            {
                content = property.GetValue(value);
            }
            catch (Exception)
            {
                continue;
            }
            Walk(path, content, depth + 1, seen);
        }
        foreach (FieldInfo field in type.GetFields(BindingFlags.Public | BindingFlags.Instance))
        {
            Walk(path, field.GetValue(value), depth + 1, seen);
        }
    }

    /// <summary>What is the engine's own: its commands, sessions and threads hold no text of ours, and lead
    /// everywhere.</summary>
    private static bool IsMachinery(Type type)
    {
        string space = type.Namespace ?? string.Empty;
        return typeof(MemberInfo).IsAssignableFrom(type)
            || typeof(Delegate).IsAssignableFrom(type)
            || typeof(CommandInfo).IsAssignableFrom(type)
            || typeof(PSModuleInfo).IsAssignableFrom(type)
            || typeof(SessionState).IsAssignableFrom(type)
            || typeof(ProviderInfo).IsAssignableFrom(type)
            || typeof(PSDriveInfo).IsAssignableFrom(type)
            || typeof(Assembly).IsAssignableFrom(type)
            || typeof(System.Globalization.CultureInfo).IsAssignableFrom(type)
            || space.StartsWith("System.Management.Automation.Language", StringComparison.Ordinal)
            || space.StartsWith("System.Management.Automation.Runspaces", StringComparison.Ordinal)
            || space.StartsWith("System.Management.Automation.Host", StringComparison.Ordinal)
            || space.StartsWith("System.Threading", StringComparison.Ordinal)
            || space.StartsWith("System.Diagnostics", StringComparison.Ordinal);
    }

    private static void Note(string place, Spelling spelling, string where)
    {
        string line = Scenario + " | " + place + " | " + spelling.Name + " | " + spelling.How + " | " + where;
        if (s_found.Count < 1000)
        {
            s_found.Add(line);
        }
    }

    private static string Around(string text, int at, int length)
    {
        int from = Math.Max(0, at - 60);
        string before = text.Substring(from, at - from);
        string after = text.Substring(at + length, Math.Min(40, text.Length - at - length));
        return (before + "<<HERE>>" + after).Replace('\r', ' ').Replace('\n', ' ');
    }

    /// <summary>The part of a base64 text that does not depend on what stands before and behind.</summary>
    private static string InnerBase64(byte[] content, int shift)
    {
        string all = Convert.ToBase64String(
            new byte[shift]
                .Concat(content)
                .ToArray()
        );
        int from = shift == 0 ? 0 : shift + 1;
        return all.Substring(from, all.Length - from - 4);
    }

    private sealed class Spelling
    {
        public string Name,
            How,
            Text;
        public byte[] Utf8,
            Utf16;
    }

    private sealed class ReferenceComparer : IEqualityComparer<object>
    {
        public static readonly ReferenceComparer Instance = new ReferenceComparer();

        public new bool Equals(object x, object y)
        {
            return ReferenceEquals(x, y);
        }

        public int GetHashCode(object o)
        {
            return RuntimeHelpers.GetHashCode(o);
        }
    }
}
