namespace FineTuning.Runtime;

/// <summary>Runs code of users and of other modules from within a cmdlet.</summary>
internal static class ExternalCode
{
    /// <summary>
    /// Runs it on the pipeline thread without our context: if it blocks on async work of its own, that would come back
    /// here and wait for ever.
    /// </summary>
    public static T Run<T>(Func<T> code)
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return code();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
