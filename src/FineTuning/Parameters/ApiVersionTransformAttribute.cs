using System.Management.Automation;
using FineTuning.Core.Connections;

namespace FineTuning.Parameters;

/// <summary>Takes a version of an API as services spell it. Another spelling of a date would select other paths without
/// a word.</summary>
internal sealed class ApiVersionTransformAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is not string text || string.IsNullOrWhiteSpace(text))
        {
            return inputData;
        }

        try
        {
            return AzureAddress.Version(text);
        }
        catch (ArgumentException e)
        {
            throw new ArgumentTransformationMetadataException(e.Message);
        }
    }
}
