using System.Management.Automation;

namespace FineTuning.Parameters;

/// <summary>
/// Takes the address of a proxy. One with a name and password is refused without being shown, and so is what is no
/// address: PowerShell's own message would put it into $Error.
/// </summary>
internal sealed class ProxyTransformAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return
            (value as Uri ?? (Uri.TryCreate(value as string, UriKind.Absolute, out Uri? parsed) ? parsed : null))
                is { UserInfo.Length: 0 } address
            ? address
            : throw new ArgumentTransformationMetadataException(
                "A proxy is an http address without name and password, such as http://proxy.example:8080; give name "
                    + "and password with -ProxyCredential."
            );
    }
}
