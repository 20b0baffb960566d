namespace FineTuning.Core.Datasets.Converting;

/// <summary>What came of a row, or of the rows before it: an example or a problem.</summary>
/// <param name="Example">The example as one line of JSON without a line end, or null.</param>
/// <param name="Problem">Why there is none, or null.</param>
public readonly record struct ConvertResult(string? Example, RowProblem? Problem);
