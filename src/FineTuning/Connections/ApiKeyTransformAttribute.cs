using System.Management.Automation;
using System.Security;

namespace FineTuning.Common;

/// <summary>
/// Takes a SecureString or a credential. A plain string is refused without being shown: PowerShell's own message would put it into $Error.
/// </summary>
internal sealed class ApiKeyTransformAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            SecureString key => key,
            PSCredential credential => credential.Password,
            _ => throw new ArgumentTransformationMetadataException(
                "A key must be a SecureString, so that it stays out of history and logs: use (Read-Host -AsSecureString), " +
                "or -SecretName with SecretManagement, or the environment variable OPENAI_API_KEY without -ApiKey."),
        };
    }
}
