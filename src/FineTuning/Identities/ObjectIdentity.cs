using System.Management.Automation;
using FineTuning.Core.Client;
using FineTuning.Output;

namespace FineTuning.Identities;

/// <summary>
/// Names one thing at the service: by its id, or by an object that has it. A wrong kind of object is kept with the
/// reason it is refused, so that the cmdlet can say so for that one item and go on.
/// </summary>
public abstract class ObjectIdentity
{
    private protected ObjectIdentity(string? id, string? refusal)
    {
        // What is pasted or read from a file of Windows has a blank or a carriage return behind it.
        Id = id?.Trim() ?? string.Empty;
        Refusal =
            refusal
            ?? (
                Id.Length == 0 ? "The id is empty."
                : ResourceId.IsOne(Id) ? null
                : $"'{Id}' is not an id."
            );
    }

    /// <summary>The id; empty if refused.</summary>
    public string Id { get; }

    /// <summary>Over which connection the object came that was given; null for a plain id.</summary>
    internal FineTuningConnection? Origin { get; private protected init; }

    /// <summary>Why this names nothing; null if it does.</summary>
    internal string? Refusal { get; }

    /// <summary>What to give instead of what was refused.</summary>
    internal virtual string Advice => "Give an id, or pipe an object that has one.";

    /// <inheritdoc/>
    public override string ToString() => Id;

    /// <summary>Refuses ids that plainly belong to another kind; ids of other providers have no prefix, and
    /// pass.</summary>
    private protected static string? RefusePrefix(
        string id,
        string wanted,
        params (string Prefix, string Kind)[] others
    )
    {
        id = id.Trim();
        foreach ((string prefix, string kind) in others)
        {
            if (id.StartsWith(prefix, StringComparison.Ordinal))
            {
                return $"'{id}' is the id of {kind}, not of {wanted}.";
            }
        }

        return null;
    }

    /// <summary>Reads a property of any object, such as a row of a CSV file. Ids are text: the number of a process is
    /// not one.</summary>
    private protected static string? Property(object source, string name)
    {
        object? value = PSObject.AsPSObject(source).Properties[name]?.Value;
        return (value is PSObject wrapped ? wrapped.BaseObject : value) as string;
    }

    private protected static string Describe(object source) => PSObject.AsPSObject(source).BaseObject.GetType().Name;
}

/// <summary>Makes identities of whatever comes down the pipeline; it never fails, see <see
/// cref="ObjectIdentity"/>.</summary>
public abstract class ObjectIdentityConverter : PSTypeConverter
{
    /// <inheritdoc/>
    public override bool CanConvertFrom(object sourceValue, Type destinationType) => sourceValue is not null;

    /// <inheritdoc/>
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override object ConvertTo(
        object sourceValue,
        Type destinationType,
        IFormatProvider formatProvider,
        bool ignoreCase
    ) => throw new NotSupportedException();
}
