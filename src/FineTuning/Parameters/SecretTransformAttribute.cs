using System.Management.Automation;
using System.Security;

namespace FineTuning.Parameters;

/// <summary>
/// Takes a SecureString, a credential, or an object with a Token, such as Get-AzAccessToken gives. A plain string is
/// refused without being shown: PowerShell's own message would put it into $Error.
/// </summary>
/// <param name="what">What the secret is, for the message.</param>
/// <param name="instead">What to do instead.</param>
internal sealed class SecretTransformAttribute(string what, string instead) : ArgumentTransformationAttribute
{
    public const string Key =
        "or -SecretName with SecretManagement, or the environment variable OPENAI_API_KEY without -ApiKey";
    public const string Token =
        "or (Get-AzAccessToken -ResourceUrl https://cognitiveservices.azure.com -AsSecureString).Token, or "
        + "-TokenProvider with a script block";

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            SecureString secret => secret,
            PSCredential credential => credential.Password,
            not null when Plain(PSObject.AsPSObject(inputData).Properties["Token"]?.Value) is SecureString token =>
                token,
            _ => throw new ArgumentTransformationMetadataException(
                $"{what} must be a SecureString, so that it stays out of history and logs: use (Read-Host "
                    + $"-AsSecureString), {instead}."
            ),
        };
    }

    private static SecureString? Plain(object? value) =>
        (value is PSObject wrapped ? wrapped.BaseObject : value) as SecureString;
}
