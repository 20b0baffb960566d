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

    /// <summary>Whether a version is one of the older, dated ones, which have paths of their own.</summary>
    public static bool IsDated(string? apiVersion) => apiVersion is not null && s_date.IsMatch(apiVersion);

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
