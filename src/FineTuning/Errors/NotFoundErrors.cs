using System.Management.Automation;

namespace FineTuning.Errors;

/// <summary>Errors of ids that the service does not know.</summary>
internal static class NotFoundErrors
{
    /// <summary>The endpoint answers, but not with an API.</summary>
    public static readonly ErrorDefinition Endpoint = Define(
        "EndpointNotFound",
        "the path of the API",
        "Check that the endpoint is the exact base of an OpenAI-style API, such as https://api.openai.com/v1."
    );

    private static readonly ErrorDefinition s_job = Define(
        "JobNotFound",
        "the job",
        "Get-FineTuningJob lists the jobs."
    );

    private static readonly ErrorDefinition s_file = Define(
        "FileNotFound",
        "the file",
        "Get-FineTuningFile lists the files."
    );

    private static readonly ErrorDefinition s_model = Define(
        "ModelNotFound",
        "the model",
        "Get-FineTunedModel lists the models that jobs made, and with -All the others, too."
    );

    private static readonly ErrorDefinition s_checkpoint = Define(
        "CheckpointNotFound",
        "the checkpoint",
        "Get-FineTuningCheckpoint lists the checkpoints of a job, Get-FineTunedModel the models of all jobs."
    );

    private static readonly ErrorDefinition s_permission = Define(
        "PermissionNotFound",
        "the permission",
        "Get-CheckpointPermission lists the permissions of a checkpoint."
    );

    private static readonly ErrorDefinition s_event = Define(
        "EventNotFound",
        "the event",
        "Get-FineTuningEvent lists a job's events with their ids."
    );

    private static readonly ErrorDefinition s_grader = Define(
        "GraderNotFound",
        "what a grader needs",
        "Check the id and the endpoint."
    );

    /// <summary>A project that has no permission for a model.</summary>
    public static ErrorRecord PermissionOf(string project, string model) =>
        (s_permission with { Message = "The project '{project}' has no permission for '{model}'." }).Make(
            project,
            ("project", project),
            ("model", model)
        );

    /// <summary>The error of an id that is not there, by what it is of, such as Job.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such thing.</exception>
    public static ErrorDefinition Of(string noun) =>
        noun switch
        {
            "Job" => s_job,
            "File" => s_file,
            "Model" => s_model,
            "Checkpoint" => s_checkpoint,
            "Permission" => s_permission,
            "Event" => s_event,
            "Endpoint" => Endpoint,
            "Grader" => s_grader,
            _ => throw new ArgumentOutOfRangeException(nameof(noun), noun, "There is no such thing."),
        };

    private static ErrorDefinition Define(string id, string what, string action) =>
        new(id, ErrorCategory.ObjectNotFound, $"The service does not know {what}.", action);
}
