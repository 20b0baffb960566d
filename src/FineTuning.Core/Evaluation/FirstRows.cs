using FineTuning.Core.Datasets;

namespace FineTuning.Core.Evaluation;

/// <summary>Tells when none of the first rows of an input can be used: then it is not the rows, and the rest need not
/// be tried.</summary>
public sealed class FirstRows
{
    private int _unusable;
    private bool _isOver;

    /// <summary>A row could be used.</summary>
    public void Used() => _isOver = true;

    /// <summary>A row could not be used.</summary>
    /// <returns>True once: with the last of the first rows, if none could be.</returns>
    public bool AreHopeless() => !_isOver && ++_unusable == DatasetLimits.FirstRows;
}
