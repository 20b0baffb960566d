using System.Text.RegularExpressions;

namespace FineTuning.Core.Connections;

/// <summary>Makes the base of the API of an Azure OpenAI resource.</summary>
public static class AzureAddress
{
    private static readonly Regex s_name = new(
        @"\A[A-Za-z0-9][A-Za-z0-9-]{0,62}[A-Za-z0-9]\z",
        RegexOptions.CultureInvariant
    );
    private static readonly Regex s_host = new(
        @"\A[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:\d{1,5})?/?\z",
        RegexOptions.CultureInvariant
    );
    private static readonly Regex s_rest = new(
        "/(openai|api/projects)(/.*)?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    );
    private static readonly Regex s_date = new(@"\A\d{4}-\d{2}-\d{2}(-preview)?\z", RegexOptions.CultureInvariant);
    private static readonly Regex s_word = new(@"\A[a-z][a-z0-9.-]*\z", RegexOptions.CultureInvariant);
    private static readonly Regex s_almostDate = new(
        @"\A(\d{4})(?:[-./_ ](\d{1,2})[-./_ ](\d{1,2})|(\d\d)(\d\d))([-_ ]?preview)?\z",
        RegexOptions.CultureInvariant
    );
    private static readonly Regex s_project = new(
        "/api/projects/([^/]+)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    );
    private static readonly Regex s_query = new(
        @"\A\?(?:api-version=([^&]*))?\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    );

    /// <summary>Whether a version is one of the older, dated ones, which have paths of their own.</summary>
    public static bool IsDated(string? apiVersion) => apiVersion is not null && s_date.IsMatch(apiVersion);

    /// <summary>A version of the API as services spell it: a date such as 2024-10-21 or 2025-04-01-preview, or a word
    /// such as v1 or preview. Blanks around it and capitals do not count.</summary>
    /// <param name="text">What was given.</param>
    /// <exception cref="ArgumentException">It is neither; the message says what it was probably meant to
    /// be.</exception>
    public static string Version(string text)
    {
        string version = (text ?? throw new ArgumentNullException(nameof(text))).Trim().ToLowerInvariant();
        if (s_date.IsMatch(version) || s_word.IsMatch(version))
        {
            return version;
        }

        Match almost = s_almostDate.Match(version);
        string meant = almost.Success
            ? $"{almost.Groups[1].Value}-{Two(almost, 2, 4)}-{Two(almost, 3, 5)}"
                + (almost.Groups[6].Success ? "-preview" : string.Empty)
            : "2024-10-21, 2025-04-01-preview, v1 or preview";
        throw new ArgumentException($"'{text}' is no version of the API. Write {meant}.");
    }

    // Two digits, of whichever of the two groups has matched.
    private static string Two(Match match, int one, int other) =>
        (match.Groups[one].Success ? match.Groups[one] : match.Groups[other]).Value.PadLeft(2, '0');

    /// <summary>The version that an address has in its query, as portals show it; null if it has none.</summary>
    /// <param name="resource">A name or an address.</param>
    /// <exception cref="ArgumentException">The query has something else, or no version that can be.</exception>
    public static string? VersionIn(string resource)
    {
        string text = resource ?? throw new ArgumentNullException(nameof(resource));
        int start = text.IndexOf('?');
        if (start < 0)
        {
            return null;
        }

        Match query = s_query.Match(text.Substring(start).Trim());
        return !query.Success
                ? throw new ArgumentException("The address has a query with more than api-version; leave that out.")
            : query.Groups[1].Length > 0 ? Version(Uri.UnescapeDataString(query.Groups[1].Value))
            : null;
    }

    /// <summary>The project of a Foundry address, which is not a part of the base; null if it has none.</summary>
    /// <param name="resource">A name or an address.</param>
    public static string? ProjectIn(string resource) =>
        s_project.Match(resource ?? throw new ArgumentNullException(nameof(resource))) is { Success: true } match
            ? match.Groups[1].Value
            : null;

    /// <summary>The base: <c>https://NAME.openai.azure.com/openai/v1</c>, or <c>.../openai</c> for a dated
    /// version.</summary>
    /// <param name="resource">The resource's name, or its address as the portal shows it, with or without what follows
    /// the host.</param>
    /// <param name="apiVersion">The version of the API; null is the undated one.</param>
    /// <exception cref="ArgumentException">It is neither a name nor an address.</exception>
    public static Uri Base(string resource, string? apiVersion)
    {
        string text = (resource ?? throw new ArgumentNullException(nameof(resource))).Trim();
        string address =
            s_name.IsMatch(text) ? $"https://{text}.openai.azure.com"
            : s_host.IsMatch(text) ? "https://" + text
            : text;
        if (
            !Uri.TryCreate(address, UriKind.Absolute, out Uri? uri)
            || uri.Scheme is not ("https" or "http")
            || uri.UserInfo.Length > 0
        )
        {
            throw new ArgumentException(
                "That is neither the name of an Azure OpenAI resource nor its address, such as "
                    + "https://NAME.openai.azure.com.",
                nameof(resource)
            );
        }

        // Addresses copied from the portal or from other programs have a path behind the resource.
        string path = s_rest.Replace(uri.AbsolutePath, string.Empty).TrimEnd('/');
        return new Uri(uri.GetLeftPart(UriPartial.Authority) + path + (IsDated(apiVersion) ? "/openai" : "/openai/v1"));
    }
}
