using System.Management.Automation;
using FineTuning.Completers;

namespace FineTuning.Parameters;

/// <summary>
/// Takes the words that a completer offers in any case and with blanks around them, and gives them on as they are
/// spelt: what compares or sends them knows one spelling. Other words pass as they are.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WordsAttribute : ArgumentTransformationAttribute
{
    private readonly FixedCompleter _known;

    /// <summary>Takes the words of a completer.</summary>
    /// <param name="completer">A <see cref="FixedCompleter"/>.</param>
    public WordsAttribute(Type completer)
    {
        Completer = completer;
        _known = (FixedCompleter)Activator.CreateInstance(completer)!;
    }

    /// <summary>What offers the words.</summary>
    public Type Completer { get; }

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            string word => _known.Spell(word),
            object?[] words => Array.ConvertAll(words, word => Transform(engineIntrinsics, word)),
            _ => inputData,
        };
    }
}
