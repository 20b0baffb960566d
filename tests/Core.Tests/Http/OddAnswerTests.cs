using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Tests.Client;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests.Http;

/// <summary>Every operation with every answer of 200 that is not what was asked for: each is an error with the
/// service's words, none comes out as a result, and none is asked for again without need.</summary>
public sealed class OddAnswerTests
{
    // Not sent again where the first may have been taken.
    private static readonly string[] s_costly = ["create job", "create permissions"];

    private static readonly Dictionary<string, Func<FineTuningClient, Task>> s_streams = new()
    {
        ["create file"] = c => c.CreateFileAsync(() => new MemoryStream([1]), "a", "fine-tune"),
        ["add upload part"] = c => c.AddUploadPartAsync("upload_1", () => new MemoryStream([1])),
        ["stream chat"] = c =>
            c.StreamChatAsync(new ChatCreateRequest { Model = "m", Messages = Testing.Parse("[]") }, _ => { }),
        ["enumerate jobs"] = async c => await c.EnumerateJobsAsync().ToListAsync(),
    };

    // A file's content may be any of these.
    private static IEnumerable<string> Operations =>
        OperationTable.All.Keys.Where(name => name != "get file content").Concat(s_streams.Keys);

    public static TheoryData<string, string> Cells
    {
        get
        {
            var cells = new TheoryData<string, string>();
            foreach (string operation in Operations)
            {
                foreach (string answer in OddAnswers.All.Keys)
                {
                    cells.Add(operation, answer);
                }
            }

            return cells;
        }
    }

    [Fact]
    public void There_are_many_cells() => Assert.InRange(Cells.Count, 900, 2000);

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task What_was_not_asked_for_is_an_error(string operation, string answer)
    {
        OddAnswer odd = OddAnswers.All[answer];
        await using var server = StubServer.Replies(Reply.Json(odd.Body));
        using FineTuningClient client = Testing.Client(server);
        FineTuningApiException error = await Testing.FailsAsync(() =>
            s_streams.TryGetValue(operation, out Func<FineTuningClient, Task>? call)
                ? call(client)
                : OperationTable.All[operation].Call(client)
        );
        Assert.Equal(odd.Kind, error.Kind);
        Assert.Contains(odd.Says, error.Message, StringComparison.Ordinal);

        // A deletion or a change that is not clear may be looked at once, which repeats nothing.
        bool isRepeated =
            odd.Repeats == OddRepeats.All || (odd.Repeats == OddRepeats.NotMoney && !s_costly.Contains(operation));
        string verb = server.Requests[0].Method;
        Assert.Equal(isRepeated ? 4 : 1, server.Requests.Count(request => request.Method == verb));
        Assert.InRange(server.Requests.Count(request => request.Method != verb), 0, 1);
    }
}
