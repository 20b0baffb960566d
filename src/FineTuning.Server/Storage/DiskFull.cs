using Microsoft.Data.Sqlite;

namespace FineTuning.Server.Storage;

/// <summary>Knows a full disk by the many ways in which it is told.</summary>
internal static class DiskFull
{
    private const int SqliteFull = 13;

    // ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL and, elsewhere, ENOSPC as .NET passes it on.
    private const int HandleDiskFull = unchecked((int)0x80070027),
        NoRoom = unchecked((int)0x80070070),
        NoSpace = 28;

    /// <summary>Whether the failure, or what caused it, is a full disk.</summary>
    public static bool Is(Exception? e) =>
        e
            is SqliteException { SqliteErrorCode: SqliteFull }
                or IOException { HResult: HandleDiskFull or NoRoom or NoSpace }
        || (e is not null && Is(e.InnerException));
}
