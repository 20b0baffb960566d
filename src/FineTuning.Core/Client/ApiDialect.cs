namespace FineTuning.Core.Client;

/// <summary>How a service spells the API.</summary>
public enum ApiDialect
{
    /// <summary>As OpenAI does: keys are bearer tokens.</summary>
    OpenAI,

    /// <summary>As Azure OpenAI does: keys go as <c>api-key</c>, tokens of Entra as bearer tokens.</summary>
    Azure,
}

/// <summary>Tells dialects by their hosts.</summary>
public static class ApiDialects
{
    // Only these domains: other names below azure.com can belong to anybody's machines.
    private static readonly string[] s_azure =
    [
        ".openai.azure.com",
        ".cognitiveservices.azure.com",
        ".services.ai.azure.com",
        ".openai.azure.us",
        ".cognitiveservices.azure.us",
        ".services.ai.azure.us",
        ".openai.azure.cn",
        ".cognitiveservices.azure.cn",
        ".services.ai.azure.cn",
    ];

    /// <summary>The dialect that is spoken at an address: Azure's for its hosts, OpenAI's for all others.</summary>
    public static ApiDialect Of(Uri endpoint) =>
        endpoint.IsAbsoluteUri
        && Array.Exists(s_azure, end => endpoint.Host.EndsWith(end, StringComparison.OrdinalIgnoreCase))
            ? ApiDialect.Azure
            : ApiDialect.OpenAI;
}
