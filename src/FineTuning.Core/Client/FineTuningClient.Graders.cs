using System.Text.Json;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Client;

/// <content>Graders at the service.</content>
public sealed partial class FineTuningClient
{
    /// <summary>Grades one sample at the service.</summary>
    public Task<GraderRunResource> RunGraderAsync(
        GraderRunRequest request,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            Post("fine_tuning/alpha/graders/run", request, RequestContext.Default.GraderRunRequest) with
            {
                Gate = _gate,
            },
            Answers.GraderRun,
            cancellationToken
        );

    /// <summary>Asks the service whether it takes a grader.</summary>
    public Task<GraderValidateResource> ValidateGraderAsync(
        JsonElement grader,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            Post(
                "fine_tuning/alpha/graders/validate",
                new GraderValidateRequest { Grader = grader },
                RequestContext.Default.GraderValidateRequest
            ),
            Answers.GraderValidate,
            cancellationToken
        );
}
