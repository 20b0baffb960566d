using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using FineTuning.Core.Jobs;
using FineTuning.Core.Wire;

namespace FineTuning.Completers;

/// <summary>Offers a fixed list and forbids nothing. PowerShell 7 has an attribute for this; Windows PowerShell has
/// not.</summary>
public abstract class FixedCompleter : IArgumentCompleter
{
    private readonly string[] _values;

    private protected FixedCompleter(params string[] values) => _values = values;

    /// <summary>Other words for those that are offered.</summary>
    private protected virtual IReadOnlyDictionary<string, string> Synonyms { get; } = new Dictionary<string, string>(0);

    /// <summary>A word as it is spelt where it is known, whatever its case; else the word itself.</summary>
    internal string Spell(string word)
    {
        string plain = word.Trim();
        return Array.Find(_values, value => value.Equals(plain, StringComparison.OrdinalIgnoreCase))
            ?? (Synonyms.TryGetValue(plain.ToUpperInvariant(), out string? known) ? known : word);
    }

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    ) => _values.Where(value => Completion.Matches(value, wordToComplete)).Select(value => Completion.Result(value));
}

/// <summary>Offers endpoints, by word or as an address to fill in.</summary>
public sealed class EndpointCompleter()
    : FixedCompleter(
        "OpenAI",
        "Local",
        "https://api.openai.com/v1",
        "https://NAME.openai.azure.com/openai/v1/",
        "http://127.0.0.1:8000/v1"
    );

/// <summary>Base models that services are known to fine-tune; any other name is taken as well.</summary>
public sealed class BaseModelCompleter()
    : FixedCompleter(
        "gpt-4.1-2025-04-14",
        "gpt-4.1-mini-2025-04-14",
        "gpt-4.1-nano-2025-04-14",
        "gpt-4o-2024-08-06",
        "gpt-4o-mini-2024-07-18",
        "gpt-4o-mini",
        "gpt-3.5-turbo",
        "o4-mini-2025-04-16",
        "babbage-002",
        "davinci-002",
        "local-small"
    );

/// <summary>Methods of training, which people also call SFT and RFT.</summary>
public sealed class MethodCompleter() : FixedCompleter([.. HyperparameterTable.Methods])
{
    private protected override IReadOnlyDictionary<string, string> Synonyms { get; } =
        new Dictionary<string, string>
        {
            ["SFT"] = HyperparameterTable.Supervised,
            ["RFT"] = HyperparameterTable.Reinforcement,
        };
}

/// <summary>Orders of a list.</summary>
public sealed class OrderCompleter() : FixedCompleter("ascending", "descending");

/// <summary>Statuses of a job.</summary>
public sealed class JobStatusCompleter()
    : FixedCompleter(
        "validating_files",
        "queued",
        "pending",
        "running",
        "pausing",
        "paused",
        "resuming",
        "succeeded",
        "failed",
        "cancelled"
    );

/// <summary>Purposes of a file.</summary>
public sealed class PurposeCompleter()
    : FixedCompleter("fine-tune", "fine-tune-results", "evals", "batch", "user_data");

/// <summary>Parameters that also take the word auto.</summary>
public sealed class AutoCompleter() : FixedCompleter("auto");

/// <summary>Efforts of a reasoning model.</summary>
public sealed class ReasoningEffortCompleter()
    : FixedCompleter([.. HyperparameterTable.Get(nameof(Hyperparameters.ReasoningEffort)).Choices]);

/// <summary>Azure's kinds of training.</summary>
public sealed class TrainingTypeCompleter() : FixedCompleter("Standard", "GlobalStandard", "Developer");

/// <summary>Currencies that services bill in.</summary>
public sealed class CurrencyCompleter() : FixedCompleter("USD", "EUR", "GBP", "JPY", "CHF", "AUD", "CAD", "INR");

/// <summary>Versions of Azure's API.</summary>
public sealed class ApiVersionCompleter() : FixedCompleter("v1", "preview", "2024-10-21", "2025-04-01-preview");

/// <summary>How a string_check compares.</summary>
public sealed class GraderOperationCompleter() : FixedCompleter("eq", "ne", "like", "ilike");

/// <summary>How a text_similarity measures.</summary>
public sealed class GraderMetricCompleter()
    : FixedCompleter(
        "fuzzy_match",
        "bleu",
        "gleu",
        "meteor",
        "rouge_1",
        "rouge_2",
        "rouge_3",
        "rouge_4",
        "rouge_5",
        "rouge_l",
        "cosine"
    );

/// <summary>Models that grade; any other name is taken as well.</summary>
public sealed class GraderModelCompleter()
    : FixedCompleter(
        "gpt-4.1-2025-04-14",
        "gpt-4.1-mini-2025-04-14",
        "gpt-4.1-nano-2025-04-14",
        "gpt-4o-2024-08-06",
        "gpt-4o-mini-2024-07-18",
        "o3-mini-2025-01-31",
        "o4-mini-2025-04-16",
        "local-small"
    );

/// <summary>Efforts of a reasoning model that grades.</summary>
public sealed class GraderEffortCompleter() : FixedCompleter("none", "minimal", "low", "medium", "high", "xhigh");

/// <summary>What templates begin with.</summary>
public sealed class TemplateCompleter()
    : FixedCompleter("{{ sample.output_text }}", "{{ sample.output_json. }}", "{{ item. }}");
