using System.Text.Json;
using FineTuning.Core.Grading;
using FineTuning.Core.Json;
using FineTuning.Core.Wire;
using FineTuning.Server.Grading;
using FineTuning.Server.Http;
using FineTuning.Server.Requests;

namespace FineTuning.Server.Endpoints;

/// <summary>/v1/fine_tuning/alpha/graders: graders are checked and tried without a job.</summary>
internal sealed class GradersEndpoints(GraderServices services) : IEndpoints
{
    private const int MaxWaiting = 256;

    // Each that waits keeps its body.
    private const long MaxBytes = 1024 * 1024;

    // Comparing long texts takes a core for a moment; a few at a time leave the rest of the API its own.
    private readonly SemaphoreSlim _slots = new(Math.Max(2, Environment.ProcessorCount));
    private int _waiting;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/fine_tuning/alpha/graders/run", RunAsync);
        routes.MapPost("/v1/fine_tuning/alpha/graders/validate", ValidateAsync);
    }

    private static JsonElement GraderOf(JsonField body) => body["grader"].Required().AsObject()!.Value.Value!.Value;

    private async Task ValidateAsync(HttpContext context)
    {
        using JsonDocument body = await context.ReadJsonAsync(MaxBytes);
        JsonField fields = RequestFields.Of(body.RootElement);
        fields.CheckNames(["grader"]);
        JsonElement grader = GraderOf(fields);
        Create(grader);
        await context.WriteJsonAsync(
            new GraderValidateResource { Grader = grader },
            WireContext.Default.GraderValidateResource
        );
    }

    private async Task RunAsync(HttpContext context)
    {
        using JsonDocument body = await context.ReadJsonAsync(MaxBytes);
        JsonField fields = RequestFields.Of(body.RootElement);
        fields.CheckNames(["grader", "item", "model_sample"]);
        JsonElement definition = GraderOf(fields);
        JsonElement? item = fields["item"].AsObject()?.Value;
        string sample = fields["model_sample"].Required().AsText(int.MaxValue, mayBeEmpty: true)!;

        LocalGrader grader = Create(definition);
        GradeResult result = await GradeAsync(grader, sample, item, context.RequestAborted);
        await context.WriteJsonAsync(GraderRun.Of(grader, result), GraderJson.Default.GraderRun);
    }

    private LocalGrader Create(JsonElement definition)
    {
        try
        {
            return LocalGrader.Create(definition, services);
        }
        catch (GraderException e)
        {
            throw ApiErrors.InvalidGrader(e, "grader");
        }
    }

    private async Task<GradeResult> GradeAsync(
        LocalGrader grader,
        string sample,
        JsonElement? item,
        CancellationToken cancellationToken
    )
    {
        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw ApiErrors.Busy("Too many samples wait to be graded already. Try again when some have been graded.");
        }

        try
        {
            await _slots.WaitAsync(cancellationToken);
            try
            {
                return await grader.GradeAsync(sample, item, cancellationToken);
            }
            finally
            {
                _slots.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
