namespace FineTuning.Reliability.Tests.Matrix;

/// <summary>All that the client does.</summary>
internal static class Operations
{
    public static IReadOnlyList<Operation> All { get; } =
    [
        .. ReadOperations.All,
        .. CreateOperations.All,
        .. UploadOperations.All,
        .. ChangeOperations.All,
        .. WaitOperations.All,
    ];
}
