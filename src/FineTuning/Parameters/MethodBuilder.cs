using System.Management.Automation;
using System.Text.Json;
using FineTuning.Core.Jobs;
using FineTuning.Core.Wire;

namespace FineTuning.Parameters;

/// <summary>Makes the method of a new job of the parameters that were given, and refuses those that the method does not
/// have.</summary>
internal static class MethodBuilder
{
    private static readonly string[] s_shared =
    [
        .. HyperparameterTable.All.Where(number => number.IsShared).Select(number => number.Name),
    ];

    // The parameters of each method that not all methods have.
    private static readonly Dictionary<string, string[]> s_own = HyperparameterTable.Methods.ToDictionary(
        method => method,
        method =>
            (string[])
                [
                    .. method == HyperparameterTable.Reinforcement ? ["Grader"] : Array.Empty<string>(),
                    .. HyperparameterTable.Of(method).Where(number => !number.IsShared).Select(number => number.Name),
                ]
    );

    /// <summary>The method's name: the given one, or the one that has the given parameters.</summary>
    /// <exception cref="PSArgumentException">No method has them all, or a needed one is missing.</exception>
    public static string Choose(string? method, ICollection<string> given)
    {
        string chosen =
            method
            ?? HyperparameterTable.Methods.FirstOrDefault(m => s_own[m].Any(given.Contains))
            ?? HyperparameterTable.Supervised;
        foreach (string other in HyperparameterTable.Methods.Where(m => m != chosen))
        {
            string[] wrong = [.. s_own[other].Where(given.Contains).Select(p => "-" + p)];
            if (wrong.Length > 0)
            {
                throw new PSArgumentException(
                    $"{string.Join(", ", wrong)}: only the method {other} has that, and the method is {chosen}."
                );
            }
        }

        if (chosen == HyperparameterTable.Reinforcement && !given.Contains("Grader"))
        {
            throw new PSArgumentException("The method reinforcement needs a -Grader that scores the samples.");
        }

        return chosen;
    }

    /// <summary>Null where nothing was given, so that the service decides.</summary>
    public static JobMethod? Build(
        string? method,
        ICollection<string> given,
        Hyperparameters parameters,
        JsonElement? grader
    )
    {
        string chosen = Choose(method, given);
        bool hasNumbers = s_shared.Any(given.Contains) || s_own[chosen].Any(p => p != "Grader" && given.Contains(p));
        if (method is null && chosen == HyperparameterTable.Supervised && !hasNumbers)
        {
            return null;
        }

        MethodOptions? options =
            hasNumbers || grader is not null
                ? new MethodOptions { Hyperparameters = hasNumbers ? parameters : null, Grader = grader }
                : null;
        return JobMethod.Create(chosen, options);
    }
}
