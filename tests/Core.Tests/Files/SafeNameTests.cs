using FineTuning.Core.Files;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests.Files;

/// <summary>Names from the service must stay in the folder they are put into.</summary>
public sealed class SafeNameTests
{
    [Theory]
    [InlineData("train.jsonl", "train.jsonl")]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("..\\..\\boot.ini", "boot.ini")]
    [InlineData("C:\\x\\a.txt", "a.txt")]
    [InlineData("a:b|c?.txt", "abc.txt")]
    [InlineData("größe 日本.jsonl", "größe 日本.jsonl")]
    [InlineData("a\0\n\u0007b.txt", "ab.txt")]
    [InlineData(" .hidden. ", "hidden")]
    [InlineData("nul.txt", "_nul.txt")]
    [InlineData("CON", "_CON")]
    [InlineData("com1.tar.gz", "_com1.tar.gz")]
    [InlineData("..", "file-1")]
    [InlineData("/", "file-1")]
    [InlineData("", "file-1")]
    public void A_name_is_plain(string name, string expected) =>
        Assert.Equal(
            expected,
            SafeName.For(
                new FileResource
                {
                    Id = "file-1",
                    FileName = name,
                    Purpose = "fine-tune",
                }
            )
        );

    [Fact]
    public void An_id_is_cleaned_too() =>
        Assert.Equal(
            "x",
            SafeName.For(
                new FileResource
                {
                    Id = "/x",
                    FileName = "..",
                    Purpose = "fine-tune",
                }
            )
        );

    [Fact]
    public void Something_is_left_of_nothing() =>
        Assert.Equal(
            "download",
            SafeName.For(
                new FileResource
                {
                    Id = "..",
                    FileName = "..",
                    Purpose = "fine-tune",
                }
            )
        );

    [Fact]
    public void A_long_name_keeps_its_ending()
    {
        string name = SafeName.For(
            new FileResource
            {
                Id = "file-1",
                FileName = new string('a', 500) + ".jsonl",
                Purpose = "fine-tune",
            }
        );
        Assert.Equal(120, name.Length);
        Assert.EndsWith("a.jsonl", name, System.StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file-1", "step_metrics-file-1.csv")]
    [InlineData("../file-1", "step_metrics-file-1.csv")]
    public void Result_files_of_one_name_do_not_meet(string id, string expected) =>
        Assert.Equal(
            expected,
            SafeName.For(
                new FileResource
                {
                    Id = id,
                    FileName = "step_metrics.csv",
                    Purpose = "fine-tune-results",
                }
            )
        );
}
