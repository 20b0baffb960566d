using System.ComponentModel;
using System.Management.Automation;
using FineTuning.Output;

namespace FineTuning.Identities;

/// <summary>Names a connection: by an object that Connect-FineTuning or Get-FineTuningConnection gave, or by the name
/// of an open or saved one.</summary>
[TypeConverter(typeof(ConnectionIdentityConverter))]
public sealed class ConnectionIdentity
{
    private ConnectionIdentity(FineTuningConnection? connection, string? name, string? refusal) =>
        (Connection, Name, Refusal) = (connection, name, refusal);

    /// <summary>The connection, if an object was given.</summary>
    public FineTuningConnection? Connection { get; }

    /// <summary>The name, if one was given.</summary>
    public string? Name { get; }

    /// <summary>Why this names nothing; null if it does.</summary>
    internal string? Refusal { get; }

    /// <summary>Makes an identity of what was given.</summary>
    public static ConnectionIdentity From(object source)
    {
        var item = PSObject.AsPSObject(source);
        return item.BaseObject switch
        {
            ConnectionIdentity same => same,
            FineTuningConnection connection => new ConnectionIdentity(connection, connection.Name, null),
            SavedConnection saved => new ConnectionIdentity(null, saved.Name, null),
            string name when name.Trim().Length > 0 => new ConnectionIdentity(null, name.Trim(), null),
            string => new ConnectionIdentity(null, null, "The name of the connection is empty."),
            _ when item.TypeNames.Any(name =>
                    name.StartsWith("Deserialized.", StringComparison.Ordinal)
                    && name.EndsWith("." + nameof(FineTuningConnection), StringComparison.Ordinal)
                ) => new ConnectionIdentity(null, null, "A connection that came from another process has no key."),
            _ when item.Properties["Name"]?.Value is string named && named.Trim().Length > 0 => new ConnectionIdentity(
                null,
                named.Trim(),
                null
            ),
            object other => new ConnectionIdentity(
                null,
                null,
                $"An object of type {other.GetType().Name} is no connection."
            ),
        };
    }

    /// <summary>The name or the endpoint.</summary>
    public override string ToString() => Name ?? Connection?.ToString() ?? string.Empty;
}

/// <summary>Lets PowerShell make identities of connections.</summary>
public sealed class ConnectionIdentityConverter : ObjectIdentityConverter
{
    /// <inheritdoc/>
    public override object ConvertFrom(
        object sourceValue,
        Type destinationType,
        IFormatProvider formatProvider,
        bool ignoreCase
    ) => ConnectionIdentity.From(sourceValue);
}
