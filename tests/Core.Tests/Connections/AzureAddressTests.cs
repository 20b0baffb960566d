using FineTuning.Core.Connections;
using Xunit;

namespace FineTuning.Core.Tests.Connections;

public class AzureAddressTests
{
    [Theory]
    [InlineData("2024-10-21", "2024-10-21")]
    [InlineData(" 2024-10-21\r\n", "2024-10-21")]
    [InlineData("2025-04-01-preview", "2025-04-01-preview")]
    [InlineData("2025-04-01-PREVIEW", "2025-04-01-preview")]
    [InlineData("v1", "v1")]
    [InlineData("V1", "v1")]
    [InlineData("preview ", "preview")]
    [InlineData("v2.1-beta", "v2.1-beta")]
    public void A_version_is_taken_as_services_spell_it(string given, string expected) =>
        Assert.Equal(expected, AzureAddress.Version(given));

    [Theory]
    [InlineData("2024-6-1", "Write 2024-06-01.")]
    [InlineData("20241021", "Write 2024-10-21.")]
    [InlineData("2024/10/21", "Write 2024-10-21.")]
    [InlineData("2024.10.21", "Write 2024-10-21.")]
    [InlineData("2025-4-1preview", "Write 2025-04-01-preview.")]
    [InlineData("20250401-preview", "Write 2025-04-01-preview.")]
    [InlineData("21.10.2024", "Write 2024-10-21, 2025-04-01-preview, v1 or preview.")]
    [InlineData("2024-10", "Write 2024-10-21, 2025-04-01-preview, v1 or preview.")]
    [InlineData("", "Write 2024-10-21, 2025-04-01-preview, v1 or preview.")]
    [InlineData("v1 preview", "Write 2024-10-21, 2025-04-01-preview, v1 or preview.")]
    public void Another_spelling_is_refused_with_what_was_meant(string given, string advice) =>
        Assert.EndsWith(
            advice,
            Assert.Throws<ArgumentException>(() => AzureAddress.Version(given)).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("my-res", null)]
    [InlineData("https://my-res.openai.azure.com/", null)]
    [InlineData(
        "https://my-res.openai.azure.com/openai/deployments/a/chat/completions?api-version=2024-10-21",
        "2024-10-21"
    )]
    [InlineData("https://my-res.openai.azure.com/openai/v1?API-Version=preview ", "preview")]
    [InlineData("https://my-res.openai.azure.com/?api-version=2025-04-01%2Dpreview", "2025-04-01-preview")]
    [InlineData("https://my-res.openai.azure.com/?api-version=", null)]
    [InlineData("https://my-res.openai.azure.com/?", null)]
    public void The_version_of_a_pasted_address(string resource, string? expected) =>
        Assert.Equal(expected, AzureAddress.VersionIn(resource));

    [Theory]
    [InlineData("https://my-res.openai.azure.com/?api-version=2024-6-1")]
    [InlineData("https://my-res.openai.azure.com/?api-version=2024-10-21&key=x")]
    [InlineData("https://my-res.openai.azure.com/?sig=x")]
    public void A_query_that_would_be_lost_is_refused(string resource) =>
        Assert.Throws<ArgumentException>(() => AzureAddress.VersionIn(resource));

    [Theory]
    [InlineData("https://my-res.services.ai.azure.com/api/projects/support", "support")]
    [InlineData("https://my-res.services.ai.azure.com/API/Projects/support/openai/v1", "support")]
    [InlineData("https://my-res.services.ai.azure.com", null)]
    [InlineData("my-res", null)]
    public void The_project_of_an_address(string resource, string? expected) =>
        Assert.Equal(expected, AzureAddress.ProjectIn(resource));
}
