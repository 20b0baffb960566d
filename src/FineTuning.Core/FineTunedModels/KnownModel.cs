using System.Globalization;
using System.Text.Json;
using FineTuning.Core.Wire;

namespace FineTuning.Core.FineTunedModels;

/// <summary>A model of the service, with what its name and its job tell of it.</summary>
public sealed class KnownModel
{
    private readonly ModelResource _source;

    private KnownModel(ModelResource source, ModelName name) => (_source, Name) = (source, name);

    /// <summary>The model's name, and what can be read from it.</summary>
    public ModelName Name { get; }

    /// <summary>What it was made of; null if nothing tells.</summary>
    public string? Base { get; private init; }

    /// <summary>When it was made; null if the service does not say.</summary>
    public DateTimeOffset? CreatedAt { get; private init; }

    /// <summary>When the service stops offering it; null if it does not say.</summary>
    public DateTimeOffset? RetiresAt { get; private init; }

    /// <summary>Who made it, in the service's words.</summary>
    public string? OwnedBy { get; private init; }

    /// <summary>The job that made it; null if that is not known.</summary>
    public string? JobId { get; private init; }

    /// <summary>Whether a job made it, by its name or by what a job says.</summary>
    public bool IsOurs { get; private init; }

    /// <summary>The fields that have no property here.</summary>
    public IDictionary<string, JsonElement>? AdditionalFields { get; private init; }

    /// <summary>Puts together what is known of a model.</summary>
    /// <param name="model">The service's description.</param>
    /// <param name="jobId">The job that made it, if that is known.</param>
    /// <param name="jobBase">The model that the job was made for, if that is known.</param>
    public static KnownModel Make(ModelResource model, string? jobId = null, string? jobBase = null)
    {
        _ = model ?? throw new ArgumentNullException(nameof(model));
        var name = ModelName.Read(model.Id);
        string? job = jobId ?? Text(model, "fine_tune");
        return new KnownModel(model, name)
        {
            // A service that tells it takes precedence over the name.
            Base = Text(model, "model") ?? name.Base ?? jobBase,
            CreatedAt = model.Created > default(DateTimeOffset) ? model.Created : Time(Field(model, "created_at")),
            RetiresAt = Time(model.ShutdownDate) ?? Time(Field(Field(model, "deprecation"), "inference")),
            OwnedBy = model.OwnedBy,
            JobId = job,
            IsOurs = name.IsFineTuned || job is not null,
            AdditionalFields = model.AdditionalFields,
        };
    }

    /// <summary>The same model with what its job tells.</summary>
    internal KnownModel MadeBy(JobResource job) => Make(_source, job.Id, job.Model);

    private static JsonElement? Field(ModelResource model, string name) =>
        model.AdditionalFields is not null && model.AdditionalFields.TryGetValue(name, out JsonElement value)
            ? value
            : null;

    private static JsonElement? Field(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty(name, out JsonElement value)
            ? value
            : null;

    private static string? Text(ModelResource model, string name) =>
        Field(model, name) is { ValueKind: JsonValueKind.String } text && !string.IsNullOrWhiteSpace(text.GetString())
            ? text.GetString()
            : null;

    private static DateTimeOffset? Time(JsonElement? value) =>
        value switch
        {
            { ValueKind: JsonValueKind.Number } number
                when number.TryGetInt64(out long seconds) && seconds is > 0 and < 253402300800 =>
                DateTimeOffset.FromUnixTimeSeconds(seconds),
            { ValueKind: JsonValueKind.String } text => Time(text.GetString()),
            _ => null,
        };

    /// <summary>A day stays the day that the service names, wherever it is read.</summary>
    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset time)
            ? time
            : null;
}
