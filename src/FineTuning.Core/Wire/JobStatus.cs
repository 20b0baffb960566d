using System.Text.Json;
using System.Text.Json.Serialization;

namespace FineTuning.Core.Wire;

/// <summary>
/// A job's status as the service sent it. The list is open: a status that is not known here is kept as it came and
/// counts as not finished. Words that mean the same at several services compare equal, without regard to case: see
/// <see cref="JobStatusWords"/>.
/// </summary>
[JsonConverter(typeof(JobStatusConverter))]
public readonly struct JobStatus : IEquatable<JobStatus>
{
    private readonly string? _value;

    /// <summary>Makes a status of the service's word.</summary>
    /// <param name="value">Such as <c>running</c>.</param>
    public JobStatus(string? value) => _value = value;

    /// <summary>The files are being checked.</summary>
    public static JobStatus ValidatingFiles { get; } = new("validating_files");

    /// <summary>Waits for its turn.</summary>
    public static JobStatus Queued { get; } = new("queued");

    /// <summary>Azure: not begun, whether its files are being checked or it waits for its turn.</summary>
    public static JobStatus Pending { get; } = new("pending");

    /// <summary>Azure, in its oldest documents: not begun.</summary>
    public static JobStatus NotRunning { get; } = new("notRunning");

    /// <summary>The model is being trained.</summary>
    public static JobStatus Running { get; } = new("running");

    /// <summary>Was asked to pause and has not come to a stop.</summary>
    public static JobStatus Pausing { get; } = new("pausing");

    /// <summary>Stopped by request; can be resumed.</summary>
    public static JobStatus Paused { get; } = new("paused");

    /// <summary>Was asked to resume and does not train yet.</summary>
    public static JobStatus Resuming { get; } = new("resuming");

    /// <summary>Finished with a model.</summary>
    public static JobStatus Succeeded { get; } = new("succeeded");

    /// <summary>Finished without a model; the job's error says why.</summary>
    public static JobStatus Failed { get; } = new("failed");

    /// <summary>Ended by request. Azure spells it with one l, which compares equal.</summary>
    public static JobStatus Cancelled { get; } = new("cancelled");

    /// <summary>The service's word; empty if it sent none.</summary>
    public string Value => _value ?? string.Empty;

    /// <summary>Whether the job has ended: succeeded, failed or cancelled, in the words of any service that is known
    /// here.</summary>
    public bool IsFinished => this == Succeeded || this == Failed || this == Cancelled;

    /// <summary>Whether the word is known here. None at all is not.</summary>
    public bool IsKnown => JobStatusWords.IsKnown(Canonical);

    private string Canonical => JobStatusWords.Canonical(Value);

    /// <summary>Compares the meaning: without regard to case and to the words of the service.</summary>
    public static bool operator ==(JobStatus left, JobStatus right) => left.Equals(right);

    /// <summary>Compares the meaning: without regard to case and to the words of the service.</summary>
    public static bool operator !=(JobStatus left, JobStatus right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(JobStatus other) =>
        string.Equals(Canonical, other.Canonical, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is JobStatus other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Canonical);

    /// <summary>The service's word.</summary>
    public override string ToString() => Value;
}

/// <summary>A status is a plain string on the wire.</summary>
internal sealed class JobStatusConverter : JsonConverter<JobStatus>
{
    public override bool HandleNull => true;

    public override JobStatus Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.TokenType == JsonTokenType.Null ? null : reader.GetString()?.Trim());

    public override void Write(Utf8JsonWriter writer, JobStatus value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);
}
