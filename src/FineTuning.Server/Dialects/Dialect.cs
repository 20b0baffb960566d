using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FineTuning.Core.Wire;
using FineTuning.Server.Hosting;
using FineTuning.Server.Jobs;
using FineTuning.Server.Storage;

namespace FineTuning.Server.Dialects;

/// <summary>
/// How the API is spelled for one request. This class spells it as OpenAI does; what a dialect has otherwise it
/// overrides. The endpoints know no dialect by name: they ask here at the few places where one can differ.
/// </summary>
internal class Dialect
{
    protected Dialect() { }

    public static Dialect OpenAI { get; } = new();

    /// <summary>Whether lists of jobs can be filtered by metadata; otherwise the filter is taken and means
    /// nothing.</summary>
    public virtual bool FiltersMetadata => true;

    /// <summary>The dialect of a request; OpenAI's for whatever no other one claimed.</summary>
    public static Dialect Of(HttpContext context) => context.Features.Get<Dialect>() ?? OpenAI;

    /// <summary>A request for a job as the server knows it.</summary>
    /// <exception cref="Http.ApiException">The dialect refuses it.</exception>
    public virtual JobCreateRequest Read(JobCreateRequest request) => request;

    /// <summary>Gives a new job its names.</summary>
    public virtual JobRecord Name(JobRecord job) =>
        job with
        {
            Id = Ids.NewJob(),
            ModelName = BaseModels.NewFineTunedName(job.Model, job.Suffix),
        };

    /// <summary>Whether jobs can be made with a file.</summary>
    public virtual bool IsReady(FileResource file) => true;

    /// <summary>What pausing makes of a status; null: refused.</summary>
    public virtual JobStatus? Pause(JobStatus status) => JobStateMachine.Pause(status);

    /// <summary>The status of an answer, and the headers that belong to it.</summary>
    public virtual int Answer(HttpContext context, int status) => status;

    /// <summary>The body of an answer.</summary>
    public virtual byte[] Write<T>(HttpContext context, T value, JsonTypeInfo<T> type, int status) =>
        JsonSerializer.SerializeToUtf8Bytes(value, type);
}
