using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using FineTuning.Core.Files;
using Xunit;

namespace FineTuning.Core.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("finetuning-whole-file-").FullName;

    private string Target => Path.Combine(_folder, "a.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_appears_when_it_is_whole()
    {
        using (AtomicFile file = new(Target, overwrite: false))
        {
            file.Stream.Write("abc"u8);
            Assert.False(File.Exists(Target));
            file.Commit();
        }

        Assert.Equal("abc", File.ReadAllText(Target));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Two_that_overwrite_at_one_moment_both_come_through()
    {
        for (int round = 0; round < 300; round++)
        {
            string target = Path.Combine(_folder, round.ToString(CultureInfo.InvariantCulture));
            using Barrier together = new(2);
            Parallel.Invoke(Replace, Replace);
            Assert.Equal("abc", File.ReadAllText(target));

            void Replace()
            {
                using AtomicFile file = new(target, overwrite: true) { ToDisk = false };
                file.Stream.Write("abc"u8);
                together.SignalAndWait();
                file.Commit();
            }
        }

        Assert.Equal(300, Directory.GetFiles(_folder).Length);
    }

    [Fact]
    public void Nothing_is_left_of_one_that_was_given_up()
    {
        File.WriteAllText(Target, "before");
        using (AtomicFile file = new(Target, overwrite: true))
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
        Assert.Throws<IOException>(() => new AtomicFile(Target, overwrite: false));
        Write(Target, "after");
        Assert.Equal("after", File.ReadAllText(Target));
    }

    [Fact]
    public void One_that_came_in_the_meantime_is_not_replaced()
    {
        using (AtomicFile file = new(Target, overwrite: false))
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

    [Fact]
    public void What_is_kept_is_gone_on_with()
    {
        using (AtomicFile file = new(Target, overwrite: false, "key"))
        {
            file.Stream.Write("abc"u8);
            Assert.NotNull(file.Keep());
        }

        using AtomicFile next = new(Target, overwrite: false, "key");
        next.Stream.Write("def"u8);
        next.Commit();
        Assert.Equal("abcdef", File.ReadAllText(Target));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_full_disk_hides_nothing_when_a_file_is_given_up(bool isKept)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var full = new FileStream(
            "/dev/full",
            FileMode.Open,
            FileAccess.Write,
            FileShare.ReadWrite,
            bufferSize: 1
        );
        using (AtomicFile file = new(Target, overwrite: false, "key"))
        {
            file.Stream.Write("abc"u8);
            Assert.True(dup2((int)full.SafeFileHandle.DangerousGetHandle(), OpenOf(_folder)) >= 0);
            if (isKept)
            {
                Assert.Null(file.Keep());
            }
        }

        Assert.Empty(Directory.GetFiles(_folder));
    }

    // By the system's list: asking the stream for its handle would write what is in its buffer.
    private static int OpenOf(string folder) =>
        int.Parse(
            Path.GetFileName(
                Array.Find(
                    Directory.GetFiles("/proc/self/fd"),
                    fd => new FileInfo(fd).LinkTarget?.StartsWith(folder + "/", StringComparison.Ordinal) == true
                )!
            ),
            CultureInfo.InvariantCulture
        );

    [DllImport("libc")]
    private static extern int dup2(int from, int to);

    private static void Write(string path, string text)
    {
        using AtomicFile file = new(path, overwrite: true);
        file.Stream.Write(Encoding.UTF8.GetBytes(text));
        file.Commit();
    }
}
