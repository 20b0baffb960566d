using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using FineTuning.Core.Wire;
using FineTuning.Server.Hosting;
using FineTuning.Server.Http;
using FineTuning.Server.Requests;

namespace FineTuning.Server.Storage;

/// <summary>
/// Files that arrive in parts. A part is known once its content is safely on disk. Until the file that is made of them
/// is known, the upload is pending and its parts stay: a kill at any moment leaves either the parts or the file.
/// </summary>
internal sealed class UploadStore(Database database, DataFolder folder, FileStore files, ServerOptions options)
{
    public const int MaxPending = 100,
        MaxParts = 10_000;
    private const string PartSuffix = ".part";

    /// <summary>How long after its time an upload that has ended can still be asked why.</summary>
    private static readonly TimeSpan s_memory = TimeSpan.FromDays(1);
    private readonly long _maxBytes = options.MaxUploadBytes;
    private readonly ConcurrentDictionary<string, bool> _completing = new(StringComparer.Ordinal);

    public async Task CreateAsync(UploadRecord upload)
    {
        await ExpireAsync();
        await database.WriteAsync(session =>
        {
            if (UploadRows.CountPending(session) >= MaxPending)
            {
                throw ApiErrors.BadRequest(
                    $"There are {MaxPending} pending uploads already. Complete or cancel some, or wait until they "
                        + $"expire.",
                    code: "too_many_uploads"
                );
            }

            UploadRows.Insert(session, upload);
        });
    }

    /// <summary>The upload, if it still takes parts.</summary>
    /// <exception cref="ApiException">There is none, or it has ended.</exception>
    public async Task<UploadRecord> FindPendingAsync(string id, string verb)
    {
        await ExpireAsync();
        return database.Read(session => FindPending(session, id, verb));
    }

    /// <summary>Starts a part: write its content to the stream, then commit it.</summary>
    public FileUpload BeginPart()
    {
        string id = Ids.NewUploadPart();
        return new FileUpload(id, PathOf(id) + PartSuffix);
    }

    /// <summary>Makes the content durable and the part known.</summary>
    public async Task<UploadPartResource> CommitPartAsync(string uploadId, FileUpload part)
    {
        long bytes = part.Publish(PathOf(part.Id));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        await database.WriteAsync(session =>
        {
            // Cancelled or completed while the part arrived: it belongs to nothing.
            UploadRecord upload = FindPending(session, uploadId, "given parts");
            (long count, long total) = UploadRows.Total(session, upload);
            if (count >= MaxParts)
            {
                throw ApiErrors.BadRequest(
                    $"The upload has {MaxParts} parts already: make each of them larger.",
                    code: "too_many_parts"
                );
            }

            if (total + bytes > _maxBytes)
            {
                throw ApiErrors.TooLarge("The sum of the upload's parts", _maxBytes);
            }

            UploadRows.InsertPart(session, upload, part.Id, bytes, now);
        });
        part.Keep();
        return new UploadPartResource
        {
            Id = part.Id,
            CreatedAt = now,
            UploadId = uploadId,
        };
    }

    /// <summary>Makes the file of the parts in the order given.</summary>
    public async Task<UploadResource> CompleteAsync(
        string id,
        IReadOnlyList<string> partIds,
        string? md5,
        CancellationToken cancellationToken
    )
    {
        UploadRecord upload = await FindPendingAsync(id, "completed");
        if (!_completing.TryAdd(id, true))
        {
            throw new ApiException(
                409,
                $"The upload {id} is being completed by another request at this moment.",
                code: "upload_in_progress"
            );
        }

        try
        {
            CheckParts(upload, partIds);
            using FileUpload whole = files.Begin();
            await JoinAsync(upload, partIds, md5, whole.Stream, cancellationToken);
            return await FinishAsync(upload, whole);
        }
        finally
        {
            _completing.TryRemove(id, out _);
        }
    }

    public async Task<UploadResource> CancelAsync(string id)
    {
        await ExpireAsync();
        (UploadRecord upload, List<string> parts) = await database.WriteAsync(session =>
        {
            UploadRecord found = FindPending(session, id, "cancelled");
            return (found, UploadRows.End(session, found, UploadRecord.Cancelled));
        });
        Delete(parts);
        return (upload with { Status = UploadRecord.Cancelled }).ToResource();
    }

    /// <summary>At start: ends what is overdue, and removes contents that a kill left without a row.</summary>
    public async Task SweepAsync()
    {
        await ExpireAsync();
        HashSet<string> known = database.Read(UploadRows.AllParts);
        Delete(
            Directory
                .EnumerateFiles(folder.Uploads)
                .Select(path => Path.GetFileName(path))
                .Where(name => !known.Contains(name))
        );
    }

    private static UploadRecord FindPending(Session session, string id, string verb)
    {
        UploadRecord upload =
            UploadRows.Find(session, id)
            ?? throw new ApiException(
                404,
                $"No such Upload object: {id}",
                param: "upload_id",
                code: "upload_not_found"
            );
        return upload.Status == UploadRecord.Pending
            ? upload
            : throw ApiErrors.BadRequest(
                $"The upload {id} cannot be {verb}: its status is '{upload.Status}'. Only a pending upload can.",
                "upload_id",
                "invalid_upload_state"
            );
    }

    private void CheckParts(UploadRecord upload, IReadOnlyList<string> partIds)
    {
        Dictionary<string, long> sizes = database.Read(session => UploadRows.Parts(session, upload));
        HashSet<string> seen = new(StringComparer.Ordinal);
        long total = 0;
        foreach (string id in partIds)
        {
            if (!sizes.TryGetValue(id, out long bytes))
            {
                throw ApiErrors.BadRequest(
                    $"The upload {upload.Id} has no part '{RequestFields.Cut(id)}'.",
                    "part_ids",
                    "part_not_found"
                );
            }

            if (!seen.Add(id))
            {
                throw ApiErrors.BadRequest($"The part '{id}' is named twice.", "part_ids", "invalid_value");
            }

            total += bytes;
        }

        if (total != upload.Bytes)
        {
            throw ApiErrors.BadRequest(
                $"The parts have {total} bytes together, but the upload was created with {upload.Bytes} bytes. "
                    + "Add or leave out parts until the numbers are the same.",
                "part_ids",
                "invalid_upload_size"
            );
        }
    }

    [SuppressMessage(
        "Security",
        "CA5351",
        Justification = "The API's own check against damage on the way, not against forgery."
    )]
    private async Task JoinAsync(
        UploadRecord upload,
        IReadOnlyList<string> partIds,
        string? md5,
        FileStream whole,
        CancellationToken cancellationToken
    )
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        byte[] buffer = new byte[256 * 1024];
        foreach (string id in partIds)
        {
            using FileStream part = OpenPart(upload, id);
            int read;
            while ((read = await part.ReadAsync(buffer, cancellationToken)) > 0)
            {
                digest.AppendData(buffer, 0, read);
                await whole.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }

        string actual = Convert.ToHexStringLower(digest.GetHashAndReset());
        if (md5 is not null && !actual.Equals(md5, StringComparison.OrdinalIgnoreCase))
        {
            throw ApiErrors.BadRequest(
                $"The md5 of the parts in this order is {actual}, not {md5}: a part was damaged on its way, or the "
                    + $"order is another.",
                "md5",
                "md5_mismatch"
            );
        }

        await whole.FlushAsync(cancellationToken);
        if (whole.Length != upload.Bytes)
        {
            throw new InvalidDataException(
                $"The stored parts of {upload.Id} have {whole.Length} bytes instead of {upload.Bytes}."
            );
        }
    }

    private FileStream OpenPart(UploadRecord upload, string id)
    {
        try
        {
            return new FileStream(
                PathOf(id),
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read | FileShare.Delete,
                1,
                FileOptions.Asynchronous | FileOptions.SequentialScan
            );
        }
        catch (FileNotFoundException)
        {
            // Cancelled at this moment: say so. Otherwise somebody else took the file.
            database.Read(session => FindPending(session, upload.Id, "completed"));
            throw;
        }
    }

    private async Task<UploadResource> FinishAsync(UploadRecord upload, FileUpload whole)
    {
        FileResource file = files.Publish(whole, upload.FileName, upload.Purpose, upload.FileLifetime);
        List<string> parts = await database.WriteAsync(session =>
        {
            UploadRecord now = FindPending(session, upload.Id, "completed");
            FileStore.Insert(session, file);
            return UploadRows.End(session, now, UploadRecord.Completed, file.Id);
        });
        whole.Keep();
        Delete(parts);
        return (upload with { Status = UploadRecord.Completed }).ToResource(file);
    }

    /// <summary>Ends the uploads whose time is over, and forgets those that ended long ago. Those that are being
    /// completed were in time.</summary>
    private async Task ExpireAsync()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        if (
            database.Read(session =>
                !UploadRows.AnyEnded(session, now - s_memory)
                && UploadRows.Overdue(session, now).All(upload => _completing.ContainsKey(upload.Id))
            )
        )
        {
            return;
        }

        Delete(
            await database.WriteAsync(session =>
            {
                UploadRows.DeleteEnded(session, now - s_memory);
                return UploadRows
                    .Overdue(session, now)
                    .Where(upload => !_completing.ContainsKey(upload.Id))
                    .SelectMany(upload => UploadRows.End(session, upload, UploadRecord.Expired))
                    .ToList();
            })
        );
    }

    private void Delete(IEnumerable<string> parts)
    {
        foreach (string id in parts)
        {
            DataFolder.TryDelete(PathOf(id));
        }
    }

    private string PathOf(string id) => Path.Combine(folder.Uploads, id);
}
