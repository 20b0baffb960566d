using FineTuning.Core.Client;
using FineTuning.Core.Connections;
using Xunit;

namespace FineTuning.Core.Tests.Connections;

public sealed class ProfileTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ft-profiles-").FullName;
    private readonly ProfileStore _store;

    public ProfileTests() => _store = new ProfileStore(Path.Combine(_root, "connections"));

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void What_is_saved_is_read_again_and_replaced_and_deleted()
    {
        Assert.Empty(_store.Names());
        Assert.Null(_store.Read("work"));
        var profile = new ConnectionProfile
        {
            Endpoint = new Uri("https://name.openai.azure.com/openai/v1"),
            Dialect = ApiDialect.Azure,
            ApiVersion = "preview",
            Headers = new Dictionary<string, string> { ["X-A"] = "b" },
            SecretHeaders = ["X-Key"],
            Proxy = new Uri("http://proxy:8080"),
            TimeoutSec = 7.5,
            Key = KeyOrigin.Secret,
            SecretName = "azure",
            Vault = "Work",
        };
        _store.Write("Work 1", profile);
        _store.Write("dev", profile with { Key = KeyOrigin.Identity, SecretName = null });
        Assert.Equal(["dev", "Work 1"], _store.Names());
        ConnectionProfile read = _store.Read("work 1")!;
        Assert.Equal("b", read.Headers!["X-A"]);
        Assert.Equal(["X-Key"], read.SecretHeaders!);
        Assert.Equal(profile, read with { Headers = profile.Headers, SecretHeaders = profile.SecretHeaders });
        _store.Write("WORK 1", profile with { TimeoutSec = 9 });
        Assert.Equal(9, _store.Read("Work 1")!.TimeoutSec);
        Assert.Equal(2, _store.Names().Count);
        Assert.True(_store.Delete("work 1"));
        Assert.False(_store.Delete("work 1"));
        Assert.Equal(["dev"], _store.Names());
    }

    [Fact]
    public void Only_the_user_can_read_it()
    {
        _store.Write("a", new ConnectionProfile { Endpoint = new Uri("https://example.com") });
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                File.GetUnixFileMode(_store.Folder)
            );
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"format":2,"endpoint":"https://example.com"}""")]
    [InlineData("""{"format":1,"endpoint":"not one"}""")]
    [InlineData("""{"format":1,"endpoint":"https://a:b@example.com"}""")]
    [InlineData("""{"format":1,"endpoint":"https://example.com","key":"Other"}""")]
    [InlineData("""{"format":1,"endpoint":"https://example.com","key":"Secret"}""")]
    [InlineData("""{"format":1,"endpoint":"https://example.com","timeout_sec":1e300}""")]
    [InlineData("""{"format":1,"endpoint":"https://example.com","proxy":"http://a:b@proxy"}""")]
    public void A_damaged_one_is_named(string text)
    {
        Directory.CreateDirectory(_store.Folder);
        File.WriteAllText(Path.Combine(_store.Folder, "bad.json"), text);
        Assert.Contains(
            "'bad'",
            Assert.Throws<InvalidDataException>(() => _store.Read("bad")).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("work", true)]
    [InlineData("w", true)]
    [InlineData("Größe 2.b_c-d", true)]
    [InlineData("", false)]
    [InlineData(" a", false)]
    [InlineData("a.", false)]
    [InlineData("../a", false)]
    [InlineData("a/b", false)]
    [InlineData("a\\b", false)]
    [InlineData("a*", false)]
    [InlineData("a\n", false)]
    [InlineData("x12345678901234567890123456789012345678901234567890123456789abcd", true)]
    [InlineData("x123456789012345678901234567890123456789012345678901234567890abcd", false)]
    public void A_name_is_one_of_a_file_everywhere(string name, bool isName)
    {
        Assert.Equal(isName, ProfileStore.IsName(name));
        if (!isName)
        {
            Assert.Throws<ArgumentException>(() =>
                _store.Write(name, new ConnectionProfile { Endpoint = new Uri("https://example.com") })
            );
        }
    }

    [Theory]
    [InlineData("my-res", null, "https://my-res.openai.azure.com/openai/v1")]
    [InlineData("my-res", "preview", "https://my-res.openai.azure.com/openai/v1")]
    [InlineData("my-res", "2024-10-21", "https://my-res.openai.azure.com/openai")]
    [InlineData("my-res", "2025-04-01-preview", "https://my-res.openai.azure.com/openai")]
    [InlineData("https://my-res.openai.azure.com/", null, "https://my-res.openai.azure.com/openai/v1")]
    [InlineData("https://my-res.openai.azure.com/openai/v1/", null, "https://my-res.openai.azure.com/openai/v1")]
    [InlineData("https://my-res.openai.azure.com/openai/v1/", "2024-10-21", "https://my-res.openai.azure.com/openai")]
    [InlineData("https://gate.example/azure/openai", null, "https://gate.example/azure/openai/v1")]
    [InlineData("my-res.openai.azure.com", null, "https://my-res.openai.azure.com/openai/v1")]
    [InlineData(
        "https://my-res.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21",
        null,
        "https://my-res.openai.azure.com/openai/v1"
    )]
    [InlineData(
        "https://my-res.services.ai.azure.com/api/projects/p",
        null,
        "https://my-res.services.ai.azure.com/openai/v1"
    )]
    [InlineData("http://127.0.0.1:5005", null, "http://127.0.0.1:5005/openai/v1")]
    public void The_base_of_a_resource(string resource, string? version, string expected) =>
        Assert.Equal(expected, AzureAddress.Base(resource, version).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("my res")]
    [InlineData("-a")]
    [InlineData("ftp://a.example")]
    [InlineData("https://user:word@a.example")]
    public void What_is_no_resource_is_refused(string resource)
    {
        ArgumentException fault = Assert.Throws<ArgumentException>(() => AzureAddress.Base(resource, null));
        Assert.DoesNotContain("word@", fault.Message, StringComparison.Ordinal);
    }
}
