using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using FineTuning.Core.FineTunedModels;
using FineTuning.Core.Wire;
using FineTuning.Output;

namespace FineTuning.Completers;

/// <summary>Names of the models that jobs made, newest first.</summary>
public sealed class FineTunedModelCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    ) =>
        Completion
            .Ask(
                fakeBoundParameters,
                async (client, token) => (await client.ListModelsAsync(token).ConfigureAwait(false)).Data
            )
            .Where(model => ModelName.Read(model.Id).IsFineTuned && Completion.Matches(model.Id, wordToComplete))
            .OrderByDescending(model => model.Created)
            .ThenBy(model => model.Id, StringComparer.Ordinal)
            .Select(model => Completion.Result(model.Id, tip: Tip(model)));

    private static string Tip(ModelResource model) =>
        string.Format(
                CultureInfo.CurrentCulture,
                "{0}, {1:g}, {2}",
                model.Id,
                Display.LocalTime(model.Created),
                model.OwnedBy
            )
            .Replace(", , ", ", ")
            .TrimEnd(',', ' ');
}
