using System;

namespace FineTuning.Core.Api;

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
    private static readonly string[] s_azure = [".azure.com", ".azure.us", ".azure.cn"];

    /// <summary>The dialect that is spoken at an address: Azure's for its hosts, OpenAI's for all others.</summary>
    public static ApiDialect Of(Uri endpoint) =>
        endpoint.IsAbsoluteUri && Array.Exists(s_azure, end => endpoint.Host.EndsWith(end, StringComparison.OrdinalIgnoreCase))
            ? ApiDialect.Azure
            : ApiDialect.OpenAI;
}
