namespace FineTuning.Core.Http;

/// <summary>An answer that may come without a body, where the status alone says that it worked.</summary>
/// <param name="Value">The body; null if there was none.</param>
/// <param name="StatusCode">The status, 200 to 299.</param>
internal readonly record struct Maybe<T>(T? Value, int StatusCode)
    where T : class
{
    /// <summary>Whether the service promises no body with this status. An empty 200 can be a gateway's.</summary>
    public bool IsPlain => StatusCode != 200;
}
