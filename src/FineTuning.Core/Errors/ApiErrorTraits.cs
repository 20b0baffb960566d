namespace FineTuning.Core.Errors;

/// <summary>What a kind of error means for a repeat of the request and for a wait.</summary>
[Flags]
internal enum ApiErrorTraits
{
    None = 0,

    /// <summary>A later repeat can help: the network, the load or the service's health is at fault.</summary>
    Transient = 1,

    /// <summary>The same request is sent again at once, as often as the connection allows.</summary>
    Retried = 2,

    /// <summary>The service certainly did not take the request, so that a repeat does nothing twice.</summary>
    NotTaken = 4,

    /// <summary>The service may have done the work although no good answer came.</summary>
    MayHaveWorked = 8,

    /// <summary>A wait outlives it, although a repeat at once cannot help.</summary>
    Outlived = 16,

    /// <summary>A service was heard, if only that it is not well.</summary>
    ServiceHeard = 32,
}
