using FineTuning.Core.Wire;

namespace FineTuning.Server.Http;

/// <summary>A request is refused with this status and body.</summary>
internal sealed class ApiException(
    int status,
    string message,
    string type = "invalid_request_error",
    string? param = null,
    string? code = null
) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>Headers of the answer besides the usual ones.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public ErrorBody Body { get; } =
        new()
        {
            Error = new ErrorDetail
            {
                Message = message,
                Type = type,
                Param = param,
                Code = code,
            },
        };
}
