using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Tests.Support;

namespace FineTuning.Core.Tests.Errors;

/// <summary>Asks a server for a job that it answers with an error, once.</summary>
public abstract class ErrorAnswers
{
    private protected static FineTuningClient Once(StubServer server) =>
        new(Testing.Options(server) with { MaxRetryCount = 0 }, Testing.Credential());

    private protected static async Task<FineTuningApiException> AnswerAsync(Reply reply)
    {
        await using var server = StubServer.Replies(reply);
        using FineTuningClient client = Once(server);
        return await Testing.FailsAsync(() => client.GetJobAsync("ftjob-1"));
    }
}
