using System.Net.Http.Headers;
using System.Text;

namespace FineTuning.Core.Http;

/// <summary>The multipart form that brings a file, or a part of one, to the service.</summary>
internal static class FileForm
{
    /// <summary>Makes the form of one attempt.</summary>
    /// <param name="field">The name of the content's field.</param>
    /// <param name="content">The content; the form owns it.</param>
    /// <param name="fileName">The name that the service shows.</param>
    /// <param name="purpose">The field <c>purpose</c>; null leaves it out.</param>
    /// <param name="progress">Is told of bytes sent.</param>
    /// <param name="attempt">The attempt.</param>
    public static MultipartFormDataContent Make(
        string field,
        Stream content,
        string fileName,
        string? purpose,
        IProgress<long>? progress,
        Attempt attempt
    )
    {
        var form = new MultipartFormDataContent();
        // Some servers do not take the quotes that .NET puts around the boundary.
        NameValueHeaderValue boundary = First(form.Headers.ContentType!.Parameters);
        boundary.Value = boundary.Value?.Trim('"');

        if (purpose is not null)
        {
            var purposePart = new StringContent(purpose);
            purposePart.Headers.ContentType = null;
            purposePart.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data")
            {
                Name = "\"purpose\"",
            };
            form.Add(purposePart);
        }

        var filePart = new OwnedStreamContent(content, attempt, progress);
        filePart.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        filePart.Headers.TryAddWithoutValidation(
            "Content-Disposition",
            $"form-data; name=\"{field}\"; filename=\"{HeaderText(fileName)}\""
        );
        form.Add(filePart);
        return form;
    }

    private static string HeaderText(string name)
    {
        // Quotes and control characters would break the header; the service only shows the name.
        var safe = new StringBuilder(name.Length);
        foreach (char c in name)
        {
            safe.Append(
                c == '"' ? '\''
                : char.IsControl(c) ? ' '
                : c
            );
        }

        // A part's headers are written as Latin-1: one char for each byte of UTF-8 brings the bytes through.
        return Encoding.GetEncoding("iso-8859-1").GetString(Encoding.UTF8.GetBytes(safe.ToString()));
    }

    private static NameValueHeaderValue First(ICollection<NameValueHeaderValue> parameters)
    {
        foreach (NameValueHeaderValue parameter in parameters)
        {
            if (parameter.Name == "boundary")
            {
                return parameter;
            }
        }

        throw new InvalidOperationException("A multipart form without a boundary.");
    }
}
