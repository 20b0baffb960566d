using System.Security.Cryptography;
using System.Text;
using FineTuning.Server.Hosting;

namespace FineTuning.Server.Http;

/// <summary>The secret of the run file, which only its owner can read: it opens /_server.</summary>
internal sealed class ControlToken
{
    public const string Header = "X-Control-Token";
    private readonly byte[] _bytes;

    public ControlToken() => _bytes = Encoding.UTF8.GetBytes(Value);

    public string Value { get; } = Ids.NewToken();

    /// <summary>Lets a request through to the handler only if it has the token.</summary>
    public RequestDelegate Guard(RequestDelegate handler) =>
        context =>
        {
            byte[] given = Encoding.UTF8.GetBytes(context.Request.Headers[Header].ToString());
            return CryptographicOperations.FixedTimeEquals(given, _bytes)
                ? handler(context)
                : throw new ApiException(
                    401,
                    $"This path wants the control token of the run file in the header {Header}.",
                    code: "invalid_control_token"
                );
        };
}
