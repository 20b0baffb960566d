using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;

namespace FineTuning.Core.Datasets.Duplicates;

// What the memory has no room for: a temporary file of runs, each with the lines of part 0, then those of part 1, and so on.
internal sealed class SpillFile : IDisposable
{
    private readonly List<Run> _runs = [];
    private readonly Stream _stream;
    private readonly string _folder;
    private long _length;

    public SpillFile(Func<Stream>? createStream)
    {
        _folder = Path.GetTempPath();
        try
        {
            _stream = createStream is null ? Create(_folder) : createStream();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failed("written", exception);
        }
    }

    public int RunCount => _runs.Count;

    // Part p is entries starts[p] to starts[p + 1].
    public void Write(byte[] entries, int[] starts)
    {
        int bytes = starts[Entry.Parts] * Entry.Bytes;
        try
        {
            _stream.Position = _length;
            _stream.Write(entries, 0, bytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failed("written", exception);
        }

        _runs.Add(new Run(_length, (int[])starts.Clone()));
        _length += bytes;
    }

    // Reads the lines of one part of one run into the buffer, and returns how many there are.
    public int Read(int run, int part, byte[] buffer)
    {
        int start = _runs[run].Starts[part];
        int count = _runs[run].Starts[part + 1] - start;
        try
        {
            _stream.Position = _runs[run].Position + ((long)start * Entry.Bytes);
            int done = 0;
            while (done < count * Entry.Bytes)
            {
                int read = _stream.Read(buffer, done, (count * Entry.Bytes) - done);
                done += read > 0 ? read : throw new EndOfStreamException("The file has become shorter.");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failed("read", exception);
        }

        return count;
    }

    public void Dispose() => _stream.Dispose();

    // A file that goes when it is closed.
    internal static FileStream Create(string folder)
    {
        string path = Path.Combine(folder, "finetuning-" + Path.GetRandomFileName());
        FileStream stream = new(
            path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, bufferSize: 1, FileOptions.DeleteOnClose | FileOptions.RandomAccess);
        try
        {
            // Elsewhere than on Windows a file without a name goes on until it is closed: nothing is left behind even of a process that is killed.
            if (!RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            {
                File.Delete(path);
            }

            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private IOException Failed(string what, Exception cause) => new(
        $"The temporary file for the search for duplicates could not be {what} in '{_folder}': {cause.Message.TrimEnd('.')}. Free some space there, let the "
        + "environment variable TMPDIR (on Windows: TEMP) name another folder, or switch the search for duplicates off.", cause);

    private sealed class Run(long position, int[] starts)
    {
        public long Position { get; } = position;

        public int[] Starts { get; } = starts;
    }
}
