using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using FineTuning.Completers;
using FineTuning.LocalServer;
using FineTuning.Output;

namespace FineTuning.Commands;

/// <summary>Lists the requests that a local server has had, oldest first, so that a test can count what was
/// sent.</summary>
[Cmdlet(VerbsCommon.Get, "FineTuningServerRequest")]
[OutputType(typeof(FineTuningServerRequest))]
public sealed class GetFineTuningServerRequestCommand : ServerCmdlet
{
    /// <summary>Only requests for this operation, such as CreateJob.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(ServerOperationCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Operation { get; set; }

    /// <summary>Only requests from this time on.</summary>
    [Parameter]
    public DateTime? Since { get; set; }

    /// <summary>Only this many, the newest.</summary>
    [Parameter]
    [ValidateRange(1, 10000)]
    public int Newest { get; set; } = 10000;

    private protected override string AdviceForRefusal => "Tab completes the names of the operations after -Operation.";

    /// <inheritdoc/>
    protected override async Task ProcessAsync(FineTuningServerInfo server, CancellationToken cancellationToken)
    {
        string query = string.Format(CultureInfo.InvariantCulture, "/_server/requests?limit={0}", Newest);
        if (Operation is not null)
        {
            query += "&operation=" + Uri.EscapeDataString(Operation);
        }

        if (Since is DateTime since)
        {
            query +=
                "&since="
                + since.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
        }

        JsonElement list = await ServerControl.SendAsync(server, HttpMethod.Get, query, null, cancellationToken);
        foreach (JsonElement request in list.GetProperty("data").EnumerateArray())
        {
            WriteObject(new FineTuningServerRequest(request));
        }
    }
}
