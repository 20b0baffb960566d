using System;
using System.IO;
using System.Text;
using FineTuning.Core.Files;
using Xunit;

namespace FineTuning.Core.Tests.Files;

public sealed class WholeFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("finetuning-whole-file-").FullName;

    private string Target => Path.Combine(_folder, "a.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_appears_when_it_is_whole()
    {
        using (WholeFile file = new(Target, overwrite: false))
        {
            file.Stream.Write("abc"u8);
            Assert.False(File.Exists(Target));
            file.Commit();
        }

        Assert.Equal("abc", File.ReadAllText(Target));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Nothing_is_left_of_one_that_was_given_up()
    {
        File.WriteAllText(Target, "before");
        using (WholeFile file = new(Target, overwrite: true))
        {
            file.Stream.Write("abc"u8);
        }

        Assert.Equal("before", File.ReadAllText(Target));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void An_existing_file_is_replaced_only_if_asked_for()
    {
        File.WriteAllText(Target, "before");
        Assert.Throws<IOException>(() => new WholeFile(Target, overwrite: false));
        Write(Target, "after");
        Assert.Equal("after", File.ReadAllText(Target));
    }

    [Fact]
    public void One_that_came_in_the_meantime_is_not_replaced()
    {
        using (WholeFile file = new(Target, overwrite: false))
        {
            File.WriteAllText(Target, "other");
            Assert.Throws<IOException>(file.Commit);
        }

        Assert.Equal("other", File.ReadAllText(Target));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_link_stays_a_link_and_permissions_stay()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        string real = Path.Combine(_folder, "real.jsonl");
        File.WriteAllText(real, "before");
        File.SetUnixFileMode(real, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(Target, real);

        Write(Target, "after");

        Assert.NotNull(new FileInfo(Target).LinkTarget);
        Assert.Equal("after", File.ReadAllText(real));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(real));
    }

    private static void Write(string path, string text)
    {
        using WholeFile file = new(path, overwrite: true);
        file.Stream.Write(Encoding.UTF8.GetBytes(text));
        file.Commit();
    }
}
