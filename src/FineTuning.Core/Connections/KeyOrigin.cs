namespace FineTuning.Core.Connections;

/// <summary>Where the key of a saved connection comes from. The key itself is never saved.</summary>
public enum KeyOrigin
{
    /// <summary>Looked up each time: a secret or the environment.</summary>
    Found,

    /// <summary>A secret of a vault, by its name.</summary>
    Secret,

    /// <summary>An Azure managed identity.</summary>
    Identity,

    /// <summary>Given by hand, as a key, a token or a script, and to be given again.</summary>
    Given,
}
