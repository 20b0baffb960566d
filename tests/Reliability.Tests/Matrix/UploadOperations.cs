using System.Globalization;
using System.Text;
using FineTuning.Core.Files.Uploading;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Reliability.Tests.Matrix;

/// <summary>Files on their way to the service, whole and in parts.</summary>
internal static class UploadOperations
{
    private const int Parts = 3;

    private static readonly string s_content = Api.ChatLines(12);

    public static IReadOnlyList<Operation> All { get; } =
    [
        Upload("in one request", "CreateFile", new UploadOptions()) with
        {
            MayRepeat = true,
        },
        Upload("in parts, where it begins", "CreateUpload", InParts()),
        Upload("in parts, at a part", "AddUploadPart", InParts()),
        Upload("in parts, where it ends", "CompleteUpload", InParts()) with
        {
            PollResult = "/files?",
        },
    ];

    // One part at a time: how many are under way when one fails is a matter of chance.
    private static UploadOptions InParts() =>
        new() { PartBytes = (s_content.Length + Parts - 1) / Parts, ParallelParts = 1 };

    private static Operation Upload(string name, string point, UploadOptions options) =>
        new(Section.Uploads, name, point)
        {
            Changes = true,
            Prepare = cell =>
            {
                string folder = Directory.CreateTempSubdirectory("reliability-").FullName;
                cell.Id = Path.Combine(folder, cell.Name + ".jsonl");
                File.WriteAllText(cell.Id, s_content);
                cell.CleanUp = () =>
                {
                    Directory.Delete(folder, recursive: true);
                    return Task.CompletedTask;
                };
                return Task.CompletedTask;
            },
            Run = async cell =>
            {
                UploadResult result = await new FileUploader(cell.Client, options).UploadAsync(cell.Id);
                Assert.Equal(
                    (Path.GetFileName(cell.Id), Encoding.UTF8.GetByteCount(s_content)),
                    (result.File.FileName, result.File.Bytes)
                );
                cell.Verify = async () =>
                    Assert.Equal(s_content, await cell.Lane.Api.Http.GetStringAsync($"files/{result.File.Id}/content"));
            },
            Count = cell =>
                Task.FromResult(
                    Convert.ToInt32(
                        cell.Lane.Server.Sql($"SELECT COUNT(*) FROM files WHERE filename = '{cell.Name}.jsonl'"),
                        CultureInfo.InvariantCulture
                    )
                ),
        };
}
