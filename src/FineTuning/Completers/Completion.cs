using System.Collections;
using System.Management.Automation;
using FineTuning.Core.Client;
using FineTuning.Identities;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Completers;

/// <summary>What all completers share.</summary>
internal static class Completion
{
    // A person who pressed Tab waits for this.
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    public static bool Matches(string value, string? word) =>
        value.StartsWith((word ?? string.Empty).Trim('\'', '"'), StringComparison.OrdinalIgnoreCase);

    public static CompletionResult Result(string value, string? list = null, string? tip = null)
    {
        bool plain =
            value.IndexOfAny([' ', '\'', '"', '$', '`', '(', ')', '{', '}', ';', ',', '|', '&', '<', '>', '@', '#'])
            < 0;
        return new CompletionResult(
            plain ? value : "'" + value.Replace("'", "''") + "'",
            list ?? value,
            CompletionResultType.ParameterValue,
            tip ?? value
        );
    }

    /// <summary>The connection that was typed, or the session's. None is opened: that could ask a vault.</summary>
    private static FineTuningConnection? Chosen(object? typed) =>
        typed is null
            ? RunspaceState.Current.Connection
            : ConnectionIdentity.From(typed) switch
            {
                { Connection: FineTuningConnection connection } => connection,
                { Name: string name } => RunspaceState.Current.Find(name),
                _ => null,
            };

    /// <summary>Asks the service, if this session is connected already. Never asks for a key, never throws, and soon
    /// gives up.</summary>
    public static IReadOnlyList<T> Ask<T>(
        IDictionary bound,
        Func<FineTuningClient, CancellationToken, Task<IReadOnlyList<T>>> ask
    )
    {
        try
        {
            FineTuningConnection? connection = Chosen(bound["Connection"]);
            if (connection is null || connection.IsClosed)
            {
                return [];
            }

            using var timeout = new CancellationTokenSource(Timeout);
            Task<IReadOnlyList<T>> answer = Task.Run(() => ask(connection.Client, timeout.Token));
            return answer.Wait(Timeout) ? answer.Result : [];
        }
        catch (Exception)
        {
            // A completer has nowhere to show an error; the command itself will.
            return [];
        }
    }
}
