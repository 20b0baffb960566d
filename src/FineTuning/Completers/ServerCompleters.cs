namespace FineTuning.Completers;

/// <summary>The operations of the API, by the names that local servers use.</summary>
public sealed class ServerOperationCompleter() : FixedCompleter(Names)
{
    internal static readonly string[] Names =
    [
        "CreateFile",
        "ListFiles",
        "GetFile",
        "GetFileContent",
        "DeleteFile",
        "CreateUpload",
        "AddUploadPart",
        "CompleteUpload",
        "CancelUpload",
        "CreateJob",
        "ListJobs",
        "GetJob",
        "CancelJob",
        "PauseJob",
        "ResumeJob",
        "ListEvents",
        "ListCheckpoints",
        "CreatePermissions",
        "ListPermissions",
        "DeletePermission",
        "RunGrader",
        "ValidateGrader",
        "ListModels",
        "GetModel",
        "DeleteModel",
        "CreateChatCompletion",
    ];
}

/// <summary>The beginnings of fault rules.</summary>
public sealed class ServerFaultCompleter()
    : FixedCompleter([.. new[] { "*" }.Concat(ServerOperationCompleter.Names).Select(name => name + ":")]);
