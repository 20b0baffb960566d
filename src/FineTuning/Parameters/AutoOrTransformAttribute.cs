using System.Globalization;
using System.Management.Automation;
using FineTuning.Core.Wire;

namespace FineTuning.Parameters;

/// <summary>Takes a number in its range, or the word auto.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AutoOrTransformAttribute : ArgumentTransformationAttribute
{
    /// <param name="min">The least number.</param>
    /// <param name="max">The greatest number.</param>
    public AutoOrTransformAttribute(double min, double max)
    {
        Min = min;
        Max = max;
    }

    public double Min { get; }

    public double Max { get; }

    /// <summary>Whether the least number itself is not allowed.</summary>
    public bool AboveMin { get; set; }

    /// <summary>Whether only whole numbers are allowed.</summary>
    public bool Whole { get; set; }

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is AutoOr<int> or AutoOr<double>)
        {
            return value;
        }

        if (value is string text && text.Trim().Equals("auto", StringComparison.OrdinalIgnoreCase))
        {
            return Whole ? AutoOr<int>.Auto : AutoOr<double>.Auto;
        }

        double? number = value switch
        {
            // Invariant in every culture: '0,1' is no number, rather than one in some countries.
            string s => double.TryParse(s, NumberStyles.Float, CultureInfo.InvariantCulture, out double parsed)
                ? parsed
                : null,
            IConvertible and not (bool or char or DateTime) => Convert.ToDouble(value, CultureInfo.InvariantCulture),
            _ => null,
        };
        bool good =
            number is double n && (AboveMin ? n > Min : n >= Min) && n <= Max && (!Whole || n == Math.Truncate(n));
        if (!good)
        {
            throw new ArgumentTransformationMetadataException(
                FormattableString.Invariant(
                    $"'{value}' is not the word auto or a {(Whole ? "whole " : string.Empty)}number {Range()}."
                )
            );
        }

        return Whole ? new AutoOr<int>((int)number!.Value) : new AutoOr<double>(number!.Value);
    }

    private string Range()
    {
        string from = FormattableString.Invariant($"{(AboveMin ? "above" : "from")} {Min:0.#####}");
        return Max is int.MaxValue or double.MaxValue ? from : FormattableString.Invariant($"{from} to {Max:0.#####}");
    }
}
