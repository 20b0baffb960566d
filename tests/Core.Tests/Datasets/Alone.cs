using Xunit;

namespace FineTuning.Core.Tests.Datasets;

// For tests that look at the memory of the process, or change its culture: nothing else may run beside them.
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
