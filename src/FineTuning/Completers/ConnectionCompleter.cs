using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using FineTuning.Core.Connections;
using FineTuning.Runtime;

namespace FineTuning.Completers;

/// <summary>Names of connections: the session's open ones, and the saved ones. It opens none.</summary>
public sealed class ConnectionCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    ) =>
        RunspaceState
            .Current.Named.Where(c => !c.IsClosed)
            .Select(c => c.Name!)
            .Concat(Saved())
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Where(name => Completion.Matches(name, wordToComplete))
            .Select(name => Completion.Result(name));

    private static IReadOnlyList<string> Saved()
    {
        try
        {
            return UserFolder.Connections is string folder ? new ProfileStore(folder).Names() : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A completer has nowhere to show an error; the command itself will.
            return [];
        }
    }
}
