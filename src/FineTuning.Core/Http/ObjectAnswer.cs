using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FineTuning.Core.Errors;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Http;

/// <summary>An answer that is one object.</summary>
/// <param name="json">How it is read.</param>
/// <param name="name">It in words, such as <c>job</c>.</param>
/// <param name="lack">What one that is something else lacks, behind "the body".</param>
/// <param name="isIt">Whether it has what makes it one.</param>
internal class ObjectAnswer<T>(JsonTypeInfo<T> json, string name, string lack, Func<T, bool> isIt)
    : AnswerType<T>(json, lack)
    where T : Resource
{
    /// <summary>Its id; null where it has none that would tell it from others.</summary>
    public Func<T, string>? Id { get; init; }

    /// <summary>Whether a value at this place must be understood for the answer to be one.</summary>
    public Func<string, bool> Needs { get; init; } = _ => false;

    /// <summary>Whether it may be an error that has what makes the object one.</summary>
    public Func<T, bool> IsDoubtful { get; init; } = _ => false;

    public override bool IsGood(T answer) => isIt(answer) && !TellsError(answer) && !IsDoubtful(answer);

    /// <summary>Errors have ids too, so an id alone does not make one.</summary>
    public override bool IsResource(JsonElement root) =>
        Id is not null
        && root.ValueKind == JsonValueKind.Object
        && !ErrorSigns.IsNamedError(root)
        && Json.Properties.Any(property =>
            !property.IsExtensionData
            && property.Name is not ("id" or "object" or "error")
            && root.TryGetProperty(property.Name, out JsonElement value)
            && value.ValueKind != JsonValueKind.Null
        );

    public override T? Mend(JsonElement root, ICollection<string> odd)
    {
        var note = new OddObject(name);
        T? answer = OddReader.Read(root, Json, note);
        if (answer is null || !isIt(answer) || note.Paths.Exists(path => Needs(path)))
        {
            return null;
        }

        if (note.Paths.Count > 0)
        {
            string id = Id?.Invoke(answer) ?? string.Empty;
            odd.Add((id.Length == 0 ? note : note with { Name = $"{name} {id}" }).ToString());
        }

        return answer;
    }
}

/// <summary>The answer to a delete.</summary>
/// <param name="json">How it is read.</param>
internal sealed class DeletedAnswer(JsonTypeInfo<DeletedResource> json)
    : ObjectAnswer<DeletedResource>(json, "answer", "does not say that it was deleted", answer => answer.Deleted)
{
    public override string? Refusal(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object
        && root.TryGetProperty("deleted", out JsonElement deleted)
        && deleted.ValueKind is not (JsonValueKind.Null or JsonValueKind.Object or JsonValueKind.Array)
            ? "The service answered that it did not delete it."
            : null;
}
