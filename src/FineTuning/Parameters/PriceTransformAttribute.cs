using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace FineTuning.Parameters;

/// <summary>Refuses a decimal comma. PowerShell would take '3,5' for 35, and 3,5 for a list.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PriceTransformAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            string text
                when decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal price) =>
                price,
            string or IList => throw new ArgumentTransformationMetadataException(
                "A price is one number with a decimal point, such as 3.5."
            ),
            _ => value,
        };
    }
}
