using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using FineTuning.Core.Client;
using FineTuning.Core.Credentials;
using FineTuning.Core.Files.Uploading;

namespace FineTuning.UploadWorker;

/// <summary>A process that uploads a file, so that a test can kill it and see how much memory it takes.</summary>
internal static class Program
{
    /// <param name="arguments"> The base address; for an upload also the file, the folder of state and the size of a
    /// part in bytes. The address alone makes one request and ends: the memory of a process that does nothing.
    /// </param>
    public static async Task<int> Main(string[] arguments)
    {
        using var credential = new KeyCredential(
            new NetworkCredential(string.Empty, "sk-upload-worker").SecurePassword
        );
        using var client = new FineTuningClient(new ClientOptions { Endpoint = new Uri(arguments[0]) }, credential);
        UploadResult? result = null;
        if (arguments.Length == 1)
        {
            await client.ListFilesAsync();
        }
        else
        {
            result = await new FileUploader(
                client,
                new UploadOptions
                {
                    StateFolder = arguments[2],
                    PartBytes = long.Parse(arguments[3], CultureInfo.InvariantCulture),
                    Purpose = "user_data",
                    Notice = Console.Error.WriteLine,
                }
            ).UploadAsync(arguments[1]);
        }

        using var self = Process.GetCurrentProcess();
        Console.WriteLine(
            JsonSerializer.Serialize(
                new
                {
                    file = result?.File.Id,
                    sha256 = result?.Sha256,
                    parts = result?.PartIds,
                    resumed = result?.ResumedParts,
                    peak = self.PeakWorkingSet64,
                }
            )
        );
        return 0;
    }
}
