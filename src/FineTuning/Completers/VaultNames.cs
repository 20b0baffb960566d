using System.Management.Automation;
using FineTuning.Vaults;

namespace FineTuning.Completers;

/// <summary>How completers ask vaults: nothing is unlocked, nothing asks, nothing is thrown, and it soon gives
/// up.</summary>
internal static class VaultNames
{
    /// <summary>Gives what was found until the person who pressed Tab should wait no more.</summary>
    /// <param name="ask">What is wanted. It is told how to find out whether a vault that asks for its password would
    /// reach the screen.</param>
    public static IReadOnlyList<CompletionResult> Ask(Func<VaultReader, Func<bool>, IEnumerable<CompletionResult>> ask)
    {
        List<CompletionResult> found = [];
        if (!VaultRegistry.MayHaveVaults)
        {
            return found;
        }

        try
        {
            using var shell = new NonInteractiveShell(Completion.Timeout, static () => false);
            foreach (
                CompletionResult result in ask(new VaultReader(shell), () => shell.Run(VaultScripts.MightAsk).Count > 0)
            )
            {
                found.Add(result);
            }
        }
        catch (Exception)
        {
            // A completer has nowhere to show an error; the command itself will.
        }

        return found;
    }
}
