using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using FineTuning.Core.Models;
using FineTuning.Server.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace FineTuning.Server.Endpoints;

/// <summary>Reads the multipart form of an upload. The content goes straight to disk; the fields may come before or after it.</summary>
internal sealed class MultipartUpload(long maxFileBytes) : IDisposable
{
    private const int MaxFieldBytes = 4096, MaxSections = 16, MaxBoundary = 200, MaxFileName = 512;
    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);
    private readonly byte[] _buffer = new byte[128 * 1024];
    private FileUpload? _upload;
    private string _fileName = string.Empty;

    /// <summary>Reads the whole form, checks it and stores the file.</summary>
    public static async Task<FileResource> StoreAsync(HttpContext context, FileStore files, long maxFileBytes)
    {
        using MultipartUpload form = new(maxFileBytes);
        await form.ReadAsync(context, files);
        string purpose = FilePurposes.Check(form._fields.GetValueOrDefault("purpose"));
        TimeSpan? lifetime = form.ReadLifetime();
        if (form._upload is null)
        {
            throw ApiErrors.Missing("file");
        }

        return form._upload.Stream.Length == 0
            ? throw ApiErrors.BadRequest("The file is empty.", "file")
            : await files.CommitAsync(form._upload, form._fileName, purpose, lifetime, context.RequestAborted);
    }

    public void Dispose() => _upload?.Dispose();

    private static string Boundary(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type) ||
            !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            throw ApiErrors.BadRequest("Expected a body of the type multipart/form-data with the fields 'file' and 'purpose'.");
        }

        string? boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        return string.IsNullOrEmpty(boundary) || boundary.Length > MaxBoundary
            ? throw ApiErrors.BadRequest("The content type multipart/form-data has no usable boundary.")
            : boundary;
    }

    private static ApiException Malformed(string reason) => ApiErrors.BadRequest($"The multipart body cannot be read: {reason}");

    private async Task ReadAsync(HttpContext context, FileStore files)
    {
        context.AllowLargeBody();
        MultipartReader reader = new(Boundary(context.Request), context.Request.Body)
        {
            HeadersCountLimit = 16,
            HeadersLengthLimit = 16 * 1024,
        };
        for (int sections = 0; ; sections++)
        {
            MultipartSection? section = await NextAsync(reader, context);
            if (section is null)
            {
                return;
            }

            if (sections == MaxSections)
            {
                throw Malformed($"it has more than {MaxSections} parts.");
            }

            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out ContentDispositionHeaderValue? disposition) ||
                !disposition.DispositionType.Equals("form-data", StringComparison.OrdinalIgnoreCase))
            {
                throw Malformed("a part has no content disposition 'form-data'.");
            }

            string name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
            if (name == "file")
            {
                await ReadFileAsync(context, files, section, disposition);
            }
            else if (!_fields.TryAdd(name, await ReadFieldAsync(context, section, name)))
            {
                throw ApiErrors.BadRequest($"The field '{name}' was sent more than once.", name);
            }
        }
    }

    private async Task ReadFileAsync(HttpContext context, FileStore files, MultipartSection section, ContentDispositionHeaderValue disposition)
    {
        if (_upload is not null)
        {
            throw ApiErrors.BadRequest("Only one file can be uploaded at a time.", "file");
        }

        string? sent = disposition.FileNameStar.HasValue
            ? disposition.FileNameStar.Value
            : HeaderUtilities.RemoveQuotes(disposition.FileName).Value;
        if (string.IsNullOrEmpty(sent) || sent.Length > MaxFileName)
        {
            throw ApiErrors.BadRequest($"The file needs a name of 1 to {MaxFileName} characters.", "file");
        }

        _fileName = sent;
        _upload = files.Begin();
        long total = 0;
        int read;
        while ((read = await ReadSomeAsync(context, section)) > 0)
        {
            total += read;
            if (total > maxFileBytes)
            {
                await context.DrainAsync();
                throw ApiErrors.TooLarge("The file", maxFileBytes);
            }

            await _upload.Stream.WriteAsync(_buffer.AsMemory(0, read), context.RequestAborted);
        }

        await _upload.Stream.FlushAsync(context.RequestAborted);
    }

    private async Task<string> ReadFieldAsync(HttpContext context, MultipartSection section, string name)
    {
        using MemoryStream value = new();
        int read;
        while ((read = await ReadSomeAsync(context, section)) > 0)
        {
            if (value.Length + read > MaxFieldBytes)
            {
                throw ApiErrors.BadRequest($"The field '{name}' is longer than {MaxFieldBytes} bytes.", name);
            }

            value.Write(_buffer, 0, read);
        }

        return Encoding.UTF8.GetString(value.GetBuffer(), 0, (int)value.Length);
    }

    private static async Task<MultipartSection?> NextAsync(MultipartReader reader, HttpContext context)
    {
        try
        {
            return await reader.ReadNextSectionAsync(context.RequestAborted);
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw Malformed("it ends or is divided where it must not be.");
        }
    }

    private async Task<int> ReadSomeAsync(HttpContext context, MultipartSection section)
    {
        try
        {
            return await section.Body.ReadAsync(_buffer, context.RequestAborted);
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw Malformed("it ends before its last boundary.");
        }
    }

    private TimeSpan? ReadLifetime()
    {
        const int Least = 3600, Most = 2_592_000;
        _fields.TryGetValue("expires_after[anchor]", out string? anchor);
        _fields.TryGetValue("expires_after[seconds]", out string? text);
        if (anchor is null && text is null)
        {
            return null;
        }

        if (anchor != "created_at")
        {
            throw ApiErrors.BadValue("expires_after[anchor]", anchor ?? string.Empty, "'created_at'");
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds is >= Least and <= Most
            ? TimeSpan.FromSeconds(seconds)
            : throw ApiErrors.BadRequest(
                $"Invalid 'expires_after[seconds]': expected an integer from {Least} to {Most}.",
                "expires_after[seconds]");
    }
}
