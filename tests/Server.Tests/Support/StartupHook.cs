/// <summary>Runs inside a server's process before its Main, and makes it crash when a file appears.</summary>
internal static class StartupHook
{
    public const string Variable = "FINETUNING_TEST_CRASH",
        Reason = "A test made this process crash.";

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } trigger)
        {
            new Thread(() => CrashWhenThere(trigger)) { IsBackground = true }.Start();
        }
    }

    private static void CrashWhenThere(string trigger)
    {
        while (!File.Exists(trigger))
        {
            Thread.Sleep(10);
        }

        throw new InvalidOperationException(Reason);
    }
}
