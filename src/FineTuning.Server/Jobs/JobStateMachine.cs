using FineTuning.Core.Wire;

namespace FineTuning.Server.Jobs;

/// <summary>What a job's status may become. Null: refused.</summary>
internal static class JobStateMachine
{
    /// <summary>Only a running job has something to bring to a stop; the others are paused at once.</summary>
    public static JobStatus? Pause(JobStatus status) =>
        status.Value switch
        {
            "validating_files" or "queued" => JobStatus.Paused,
            "running" => JobStatus.Pausing,
            _ => null,
        };

    public static JobStatus? Resume(JobStatus status) =>
        status.Value switch
        {
            "pausing" or "paused" => JobStatus.Resuming,
            _ => null,
        };

    public static JobStatus? Cancel(JobStatus status) => status.IsFinished ? null : JobStatus.Cancelled;

    /// <summary>The status of a job that a stopped or killed server left.</summary>
    public static JobStatus AfterRestart(JobStatus status) =>
        status.Value switch
        {
            "running" => JobStatus.Resuming,
            "pausing" => JobStatus.Paused,
            _ => status,
        };
}
