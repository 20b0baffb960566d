using FineTuning.Server.Storage;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Storage;

/// <summary>Tidying up stays within its folder.</summary>
public sealed class DataFolderTests
{
    [Fact]
    public void Links_are_deleted_and_what_they_lead_to_is_not()
    {
        string folder = TestServer.NewFolder(),
            elsewhere = TestServer.NewFolder();
        File.WriteAllText(Path.Combine(elsewhere, "dataset.jsonl"), "somebody's");
        Directory.CreateDirectory(Path.Combine(folder, "model-2"));
        Directory.CreateDirectory(Path.Combine(folder, "scratch"));
        string kept = Path.Combine(folder, "model-2", "weights"),
            left = Path.Combine(folder, "scratch", "state");
        File.WriteAllText(kept, "kept");
        File.WriteAllText(left, "left");
        Directory.CreateSymbolicLink(Path.Combine(folder, "data"), elsewhere);
        Directory.CreateSymbolicLink(Path.Combine(folder, "latest"), Path.Combine(folder, "model-2"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "round"), folder);

        DataFolder.DeleteTreeBut(folder, path => path == kept);

        Assert.Equal([kept], Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
        Assert.Equal(
            ["model-2", "scratch"],
            Directory.GetDirectories(folder).Select(path => Path.GetFileName(path)!).Order()
        );
        Assert.True(File.Exists(Path.Combine(elsewhere, "dataset.jsonl")));
        Directory.Delete(folder, recursive: true);
        Directory.Delete(elsewhere, recursive: true);
    }
}
