using System.Text;
using FineTuning.Server.Storage;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace FineTuning.Server.Http;

/// <summary>
/// Reads the multipart form of an upload. The content goes straight to disk; the fields may come before or after it.
/// What of the content was not committed is gone when the form is disposed.
/// </summary>
internal sealed class MultipartUpload : IDisposable
{
    private const int MaxFieldBytes = 4096,
        MaxSections = 16,
        MaxBoundary = 200;
    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);
    private readonly byte[] _buffer = new byte[128 * 1024];
    private readonly string _contentField;
    private readonly Func<FileUpload> _begin;
    private readonly long _maxBytes;
    private readonly string _what;

    private MultipartUpload(string contentField, Func<FileUpload> begin, long maxBytes, string what) =>
        (_contentField, _begin, _maxBytes, _what) = (contentField, begin, maxBytes, what);

    /// <summary>The content; null if there was none.</summary>
    public FileUpload? Content { get; private set; }

    /// <summary>The name that came with the content; empty if there was none.</summary>
    public string FileName { get; private set; } = string.Empty;

    /// <summary>Reads the whole form.</summary>
    /// <param name="context">The request.</param>
    /// <param name="contentField">The field that has the content.</param>
    /// <param name="begin">Makes the file it is written to.</param>
    /// <param name="maxBytes">The most it may have.</param>
    /// <param name="what">What it is called in messages.</param>
    public static async Task<MultipartUpload> ReadAsync(
        HttpContext context,
        string contentField,
        Func<FileUpload> begin,
        long maxBytes,
        string what
    )
    {
        MultipartUpload form = new(contentField, begin, maxBytes, what);
        try
        {
            await form.ReadAsync(context);
            return form;
        }
        catch
        {
            form.Dispose();
            throw;
        }
    }

    /// <summary>Another field's value; null if it was not sent.</summary>
    public string? Field(string name) => _fields.GetValueOrDefault(name);

    public void Dispose() => Content?.Dispose();

    private string Boundary(HttpRequest request)
    {
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        )
        {
            throw ApiErrors.BadRequest(
                $"Expected a body of the type multipart/form-data with the field '{_contentField}'."
            );
        }

        string? boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        return string.IsNullOrEmpty(boundary) || boundary.Length > MaxBoundary
            ? throw ApiErrors.BadRequest("The content type multipart/form-data has no usable boundary.")
            : boundary;
    }

    private static ApiException Malformed(string reason) =>
        ApiErrors.BadRequest($"The multipart body cannot be read: {reason}");

    private async Task ReadAsync(HttpContext context)
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

            if (
                !ContentDispositionHeaderValue.TryParse(
                    section.ContentDisposition,
                    out ContentDispositionHeaderValue? disposition
                ) || !disposition.DispositionType.Equals("form-data", StringComparison.OrdinalIgnoreCase)
            )
            {
                throw Malformed("a part has no content disposition 'form-data'.");
            }

            string name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
            if (name == _contentField)
            {
                await ReadContentAsync(context, section, disposition);
            }
            else if (!_fields.TryAdd(name, await ReadFieldAsync(context, section, name)))
            {
                throw ApiErrors.BadRequest($"The field '{name}' was sent more than once.", name);
            }
        }
    }

    private async Task ReadContentAsync(
        HttpContext context,
        MultipartSection section,
        ContentDispositionHeaderValue disposition
    )
    {
        if (Content is not null)
        {
            throw ApiErrors.BadRequest("Only one file can be uploaded at a time.", _contentField);
        }

        string? sent = disposition.FileNameStar.HasValue
            ? disposition.FileNameStar.Value
            : HeaderUtilities.RemoveQuotes(disposition.FileName).Value;
        FileName = sent ?? string.Empty;
        Content = _begin();
        long total = 0;
        int read;
        while ((read = await ReadSomeAsync(context, section)) > 0)
        {
            total += read;
            if (total > _maxBytes)
            {
                await context.DrainAsync();
                throw ApiErrors.TooLarge(_what, _maxBytes);
            }

            await Content.Stream.WriteAsync(_buffer.AsMemory(0, read), context.RequestAborted);
        }

        await Content.Stream.FlushAsync(context.RequestAborted);
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
}
