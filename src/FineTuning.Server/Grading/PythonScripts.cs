using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using FineTuning.Core.Grading;
using FineTuning.Server.Hosting;
using FineTuning.Server.Storage;

namespace FineTuning.Server.Grading;

/// <summary>
/// Runs graders' scripts, each in a process of its own: in Python's isolated mode, in an empty folder that is deleted
/// afterwards, with next to nothing of the environment, within a time limit, and with bounds on what it can say. This
/// keeps mistakes in, not attackers: a script has the rights of the server's user.
/// </summary>
internal sealed class PythonScripts(ServerOptions options, DataFolder folder) : IGraderPython, IHostedService
{
    private const int MaxAnswer = 16 * 1024,
        MaxNoise = 1024;

    // What a script prints goes to standard error, so that the answer is alone on standard output. Memory and files are
    // bounded as the service bounds them, 2 GB and 1 GB. An alarm ends a script that sleeps, and the bound on processor
    // time one that works, in case this server is no longer there to do it; Windows has none of this. With a session of
    // its own, all that it starts can be ended with it.
    private const string Bootstrap = """
        import sys, os, json, signal
        if hasattr(os, "setsid"):
            os.setsid()
            signal.alarm(int(sys.argv[1]))
        out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        try:
            import resource
            resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[1]), int(sys.argv[1])))
        except Exception:
            pass
        job = json.loads(sys.stdin.buffer.read())
        try:
            scope = {"__name__": "grader"}
            exec(compile(job["source"], "grader.py", "exec"), scope)
            if not callable(scope.get("grade")):
                raise NameError("the script defines no function grade(sample, item)")
            score = scope["grade"](job["sample"], job["item"])
            if score is None:
                raise TypeError("grade returned None instead of a number")
            answer = {"score": repr(float(score))}
        except BaseException as e:
            import traceback
            answer = {"error": "".join(traceback.format_exception_only(type(e), e)).strip()[-1000:]}
            lines = [f.lineno for f in traceback.extract_tb(e.__traceback__) if f.filename == "grader.py"]
            if lines:
                answer["line"] = lines[-1]
        out.write(json.dumps(answer))
        out.flush()
        os._exit(0)
        """;

    private readonly TimeSpan _timeLimit = options.ScriptTime;
    private readonly SemaphoreSlim _slots = new(Environment.ProcessorCount);

    private string _interpreter = string.Empty;

    /// <exception cref="StartException">There is no Python that works.</exception>
    public async Task StartAsync(CancellationToken cancellationToken) =>
        _interpreter = await PythonInterpreter.FindAsync();

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<double> GradeAsync(
        string source,
        JsonElement sample,
        JsonElement item,
        CancellationToken cancellationToken
    )
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            return Read(await RunAsync(Input(source, sample, item), cancellationToken));
        }
        finally
        {
            _slots.Release();
        }
    }

    private static byte[] Input(string source, JsonElement sample, JsonElement item)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("source", source);
            writer.WritePropertyName("sample");
            sample.WriteTo(writer);
            writer.WritePropertyName("item");
            item.WriteTo(writer);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static double Read((string Answer, string Noise, int ExitCode) ended)
    {
        JsonElement answer;
        try
        {
            answer = JsonElement.Parse(ended.Answer);
        }
        catch (JsonException)
        {
            string noise = ended.Noise.Trim() is { Length: > 0 } text ? " It said: " + text : string.Empty;
            throw Failed(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"It ended with code {ended.ExitCode} before it gave a score.{noise}"
                )
            );
        }

        if (answer.TryGetProperty("error", out JsonElement error))
        {
            string line = answer.TryGetProperty("line", out JsonElement number)
                ? $"line {number.GetRawText()}: "
                : string.Empty;
            throw Failed(line + error.GetString());
        }

        string score = answer.GetProperty("score").GetString()!;
        return double.TryParse(score, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw Failed($"grade returned {score}, which is not a finite number.");
    }

    private static GradingException Failed(string details, Exception? inner = null) =>
        new(
            new GradeErrors
            {
                PythonGraderRuntimeError = true,
                PythonGraderRuntimeErrorDetails = details,
                Message = $"The script failed. {details}",
            },
            inner
        );

    private static async Task<string> ReadAsync(Stream stream, int max, CancellationToken cancellationToken)
    {
        // All of it is taken, so that a script never waits for a reader; what is too much is dropped.
        byte[] kept = new byte[max],
            buffer = new byte[8192];
        int length = 0,
            read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            int taken = Math.Min(read, max - length);
            buffer.AsSpan(0, taken).CopyTo(kept.AsSpan(length));
            length += taken;
        }

        return Encoding.UTF8.GetString(kept, 0, length);
    }

    private static async Task WriteAsync(Process process, byte[] input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; how it ended tells more.
        }
    }

    private async Task<(string Answer, string Noise, int ExitCode)> RunAsync(
        byte[] input,
        CancellationToken cancellationToken
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_timeLimit);
        string own = Directory.CreateDirectory(Path.Combine(folder.Scripts, Ids.NewScriptFolder())).FullName;
        try
        {
            using Process process = Process.Start(Describe(own))!;
            try
            {
                Task<string> answer = ReadAsync(process.StandardOutput.BaseStream, MaxAnswer, limit.Token);
                Task<string> noise = ReadAsync(process.StandardError.BaseStream, MaxNoise, limit.Token);
                await Task.WhenAll(WriteAsync(process, input, limit.Token), process.WaitForExitAsync(limit.Token));

                // What it left running would keep its outputs open.
                Kill(process);
                return (await answer, await noise, process.ExitCode);
            }
            finally
            {
                Kill(process);
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed(
                string.Create(CultureInfo.InvariantCulture, $"It was stopped after {_timeLimit.TotalSeconds} seconds."),
                e
            );
        }
        catch (Win32Exception e)
        {
            throw new GradingException(
                new GradeErrors
                {
                    PythonGraderServerError = true,
                    PythonGraderServerErrorType = "start_failed",
                    Message = $"Python cannot be started: {e.Message}",
                },
                e
            );
        }
        finally
        {
            Storage.DataFolder.DeleteTree(own);
        }
    }

    private ProcessStartInfo Describe(string own)
    {
        ProcessStartInfo start = new(_interpreter, ["-I", "-B", "-X", "utf8", "-c", Bootstrap, LastSeconds()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = own,
        };

        // Keys and addresses of the server's own environment are none of a script's business. Windows cannot start
        // Python without the first.
        start.Environment.Clear();
        foreach (string name in new[] { "SystemRoot", "PATH" })
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
            {
                start.Environment[name] = value;
            }
        }

        foreach (string name in new[] { "HOME", "TMPDIR", "TEMP", "TMP" })
        {
            start.Environment[name] = own;
        }

        return start;
    }

    // One more than the server waits.
    private string LastSeconds() =>
        ((int)Math.Ceiling(_timeLimit.TotalSeconds) + 1).ToString(CultureInfo.InvariantCulture);

    private static void Kill(Process process)
    {
        const int KillSignal = 9;
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit(5000);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended meanwhile.
        }

        if (!OperatingSystem.IsWindows())
        {
            // A negative number is the whole group; there being none left is no error.
            _ = SendSignal(-process.Id, KillSignal);
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int SendSignal(int process, int signal);
}
