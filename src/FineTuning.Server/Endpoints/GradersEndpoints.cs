using System.Text.Json;
using FineTuning.Core.Grading;
using FineTuning.Core.Wire;
using FineTuning.Server.Grading;
using FineTuning.Server.Http;
using FineTuning.Server.Requests;

namespace FineTuning.Server.Endpoints;

/// <summary>/v1/fine_tuning/alpha/graders: graders are checked and tried without a job.</summary>
internal sealed class GradersEndpoints(GraderServices services)
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

    private static JsonElement GraderOf(JsonElement body) =>
        JobRequestReader.Object(body, "grader", "grader") ?? throw ApiErrors.Missing("grader");

    private async Task ValidateAsync(HttpContext context)
    {
        using JsonDocument body = await context.ReadJsonAsync(MaxBytes);
        JobRequestReader.CheckNames(body.RootElement, string.Empty, ["grader"]);
        JsonElement grader = GraderOf(body.RootElement);
        Create(grader);
        await context.WriteJsonAsync(
            new GraderValidateResource { Grader = grader },
            WireContext.Default.GraderValidateResource
        );
    }

    private async Task RunAsync(HttpContext context)
    {
        using JsonDocument body = await context.ReadJsonAsync(MaxBytes);
        JobRequestReader.CheckNames(body.RootElement, string.Empty, ["grader", "item", "model_sample"]);
        JsonElement definition = GraderOf(body.RootElement);
        JsonElement? item = JobRequestReader.Object(body.RootElement, "item", "item");
        JsonElement sample =
            JobRequestReader.Get(body.RootElement, "model_sample") ?? throw ApiErrors.Missing("model_sample");
        if (sample.ValueKind != JsonValueKind.String)
        {
            throw ApiErrors.WrongType("model_sample", "a string", JobRequestReader.Describe(sample));
        }

        LocalGrader grader = Create(definition);
        GradeResult result = await GradeAsync(grader, sample.GetString()!, item, context.RequestAborted);
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
