using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FineTuning.Core.Errors;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Http;

/// <summary>What an answer must be to be the one that was asked for.</summary>
/// <param name="json">How it is read.</param>
/// <param name="lack">What one that is something else lacks, behind "the body".</param>
internal abstract class AnswerType<T>(JsonTypeInfo<T> json, string lack)
    where T : Resource
{
    public JsonTypeInfo<T> Json => json;

    public string Lack => lack;

    /// <summary>Whether it is beyond doubt what was asked for. It costs next to nothing.</summary>
    public abstract bool IsGood(T answer);

    /// <summary>Whether it is the resource, although it has what looks like an error as well.</summary>
    public abstract bool IsResource(JsonElement root);

    /// <summary>Reads an answer that the usual way does not read, or doubts.</summary>
    /// <param name="root">The answer.</param>
    /// <param name="odd">Gets a sentence for each object that has what cannot be understood.</param>
    /// <returns>Null if it is not what was asked for.</returns>
    public abstract T? Mend(JsonElement root, ICollection<string> odd);

    /// <summary>Why the service says no in words of its own; null if it does not.</summary>
    public virtual string? Refusal(JsonElement root) => null;

    /// <summary>Whether fields without a property here tell of an error.</summary>
    protected static bool TellsError(Resource resource) =>
        resource.AdditionalFields is { } fields
        && (
            (fields.TryGetValue("error", out JsonElement error) && ErrorSigns.IsSomething(error))
            || (fields.TryGetValue("errors", out error) && ErrorSigns.IsSomething(error))
        );

    protected static void Note(OddObject odd, ICollection<string> sentences)
    {
        if (odd.Paths.Count > 0)
        {
            sentences.Add(odd.ToString());
        }
    }
}
