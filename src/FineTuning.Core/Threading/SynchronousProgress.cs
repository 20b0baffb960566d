namespace FineTuning.Core.Threading;

/// <summary>
/// Hands each report on at once, on the thread it comes from. <see cref="Progress{T}"/> hands them on later and,
/// without a context, in any order, which a console or a line of progress cannot use.
/// </summary>
/// <typeparam name="T">What is reported.</typeparam>
/// <param name="report">Takes a report; it must be quick and must not throw.</param>
public sealed class SynchronousProgress<T>(Action<T> report) : IProgress<T>
{
    /// <inheritdoc/>
    public void Report(T value) => report(value);
}
