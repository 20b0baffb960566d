using FineTuning.Core.Http;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Client;

/// <summary>What the answer of each operation must be to be the one that was asked for: a list has its list, an answer
/// its choice, a deletion its confirmation, and any other object its id.</summary>
internal static class Answers
{
    private static readonly WireContext s_json = WireContext.Default;

    public static AnswerType<JobResource> Job { get; } =
        new ObjectAnswer<JobResource>(s_json.JobResource, "job", NoId, job => ResourceId.IsOne(job.Id))
        {
            Id = job => job.Id,
            // A job has an error of its own.
            IsDoubtful = job => job.Error is { IsEmpty: false } && job.Status.Value.Length == 0,
        };

    public static AnswerType<FileResource> File { get; } =
        new ObjectAnswer<FileResource>(s_json.FileResource, "file", NoId, file => ResourceId.IsOne(file.Id))
        {
            Id = file => file.Id,
        };

    public static AnswerType<ModelResource> Model { get; } =
        new ObjectAnswer<ModelResource>(s_json.ModelResource, "model", NoId, model => ResourceId.IsOne(model.Id))
        {
            Id = model => model.Id,
        };

    public static AnswerType<UploadResource> Upload { get; } =
        new ObjectAnswer<UploadResource>(s_json.UploadResource, "upload", NoId, upload => ResourceId.IsOne(upload.Id))
        {
            Id = upload => upload.Id,
        };

    public static AnswerType<UploadPartResource> UploadPart { get; } =
        new ObjectAnswer<UploadPartResource>(
            s_json.UploadPartResource,
            "part of the upload",
            NoId,
            part => ResourceId.IsOne(part.Id)
        )
        {
            Id = part => part.Id,
        };

    public static AnswerType<DeletedResource> Deleted { get; } = new DeletedAnswer(s_json.DeletedResource);

    public static AnswerType<ChatResource> Chat { get; } =
        new ObjectAnswer<ChatResource>(
            s_json.ChatResource,
            "answer of the model",
            "has no answer of a model",
            HasAnswer
        )
        {
            Needs = path => path is "choices" or "choices[0]" or "choices[0].message" or "choices[0].message.content",
        };

    public static AnswerType<GraderRunResource> GraderRun { get; } =
        new ObjectAnswer<GraderRunResource>(
            s_json.GraderRunResource,
            "answer of the grader",
            "has no reward",
            run => !double.IsNaN(run.Reward) && !double.IsInfinity(run.Reward)
        );

    public static AnswerType<GraderValidateResource> GraderValidate { get; } =
        new ObjectAnswer<GraderValidateResource>(
            s_json.GraderValidateResource,
            "answer to the grader",
            "has no grader",
            answer => answer.Grader is { ValueKind: System.Text.Json.JsonValueKind.Object }
        );

    public static AnswerType<ListResource<JobResource>> Jobs { get; } =
        new ListAnswer<JobResource>(s_json.ListResourceJobResource, s_json.JobResource, "job", job => job.Id);

    public static AnswerType<ListResource<EventResource>> Events { get; } =
        new ListAnswer<EventResource>(s_json.ListResourceEventResource, s_json.EventResource, "event", e => e.Id);

    public static AnswerType<ListResource<CheckpointResource>> Checkpoints { get; } =
        new ListAnswer<CheckpointResource>(
            s_json.ListResourceCheckpointResource,
            s_json.CheckpointResource,
            "checkpoint",
            checkpoint => checkpoint.Id
        );

    public static AnswerType<ListResource<FileResource>> Files { get; } =
        new ListAnswer<FileResource>(s_json.ListResourceFileResource, s_json.FileResource, "file", file => file.Id);

    public static AnswerType<ListResource<ModelResource>> Models { get; } =
        new ListAnswer<ModelResource>(
            s_json.ListResourceModelResource,
            s_json.ModelResource,
            "model",
            model => model.Id
        );

    public static AnswerType<ListResource<PermissionResource>> Permissions { get; } =
        new ListAnswer<PermissionResource>(
            s_json.ListResourcePermissionResource,
            s_json.PermissionResource,
            "permission",
            permission => permission.Id
        );

    private const string NoId = "has no id";

    /// <summary>Whether the model answered, refused, called tools, or says why it did none of these. Routers of models
    /// tell an answer that broke off by its end.</summary>
    private static bool HasAnswer(ChatResource chat) =>
        chat.Choices.Count > 0
        && chat.Choices[0] is { Message: ChatMessageResource message, FinishReason: not "error" } choice
        && (
            message.Content is not null
            || message.Refusal is not null
            || message.ToolCalls is not null
            || choice.FinishReason is not null
        );
}
