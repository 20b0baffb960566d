using System.Globalization;
using System.Management.Automation;
using FineTuning.Core.Jobs;
using FineTuning.Core.Json;
using FineTuning.Core.Wire;

namespace FineTuning.Parameters;

/// <summary>Takes a number in the range of a hyperparameter, or the word auto.</summary>
/// <param name="name">The name of the hyperparameter, which the parameter has too.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AutoOrTransformAttribute(string name) : ArgumentTransformationAttribute
{
    private readonly NumberBounds _bounds =
        HyperparameterTable.Get(name).Bounds ?? throw new ArgumentException("It is no number.", nameof(name));

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is AutoOr<int> or AutoOr<double>)
        {
            return value;
        }

        if (value is string text && text.Trim().Equals("auto", StringComparison.OrdinalIgnoreCase))
        {
            return _bounds.IsWhole ? AutoOr<int>.Auto : AutoOr<double>.Auto;
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
        if (number is not { } inRange || !_bounds.Contains(inRange))
        {
            throw new ArgumentTransformationMetadataException(
                FormattableString.Invariant($"'{value}' is not the word auto ")
                    + $"or a {(_bounds.IsWhole ? "whole " : string.Empty)}number {Range()}."
            );
        }

        return _bounds.IsWhole ? new AutoOr<int>((int)inRange) : new AutoOr<double>(inRange);
    }

    private string Range()
    {
        string from = FormattableString.Invariant(
            $"{(_bounds.IsMinExcluded ? "above" : "from")} {_bounds.Min:0.#####}"
        );
        return _bounds.Max is int.MaxValue or double.MaxValue
            ? from
            : FormattableString.Invariant($"{from} to {_bounds.Max:0.#####}");
    }
}
