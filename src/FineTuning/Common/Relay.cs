using System;

namespace FineTuning.Common;

/// <summary>Hands reports on at once, on whatever thread they come.</summary>
internal sealed class Relay<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
