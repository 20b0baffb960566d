using FineTuning.Core.Grading.Reading;

namespace FineTuning.Core.Grading.Formulas;

/// <summary>
/// A <c>calculate_output</c>: numbers, names, <c>+ - * / % ^</c>, parentheses and functions. <c>^</c> binds tightest
/// and to the right, so -2^2 is -4; <c>%</c> has the sign of the divisor, as in Python. Immutable.
/// </summary>
internal sealed class Formula
{
    private readonly IReadOnlyList<Step> _steps;

    private Formula(IReadOnlyList<Step> steps, IReadOnlyCollection<string> names, bool isWhole) =>
        (_steps, Names, IsWhole) = (steps, names, isWhole);

    /// <summary>What stands for a formula that is not there.</summary>
    public static Formula Nothing { get; } = new([], [], isWhole: false);

    /// <summary>The graders that it names.</summary>
    public IReadOnlyCollection<string> Names { get; }

    /// <summary>Whether it was read without an error.</summary>
    public bool IsWhole { get; }

    /// <param name="text">The formula.</param>
    /// <param name="names">What it can name. None at all is an error that was told before: then names are not looked
    /// at.</param>
    /// <param name="path">Where it stands in the definition.</param>
    /// <param name="reading">Is told if it is not well-formed, too long, too deep, or names something else.</param>
    public static Formula Parse(string text, IReadOnlyCollection<string> names, string path, GraderReading reading)
    {
        FormulaParser parser = new(text, names, path, reading);
        List<Step> steps = parser.Parse();
        return new Formula(steps, parser.Used, !parser.HasErrors);
    }

    /// <param name="values">A value for each name.</param>
    /// <exception cref="GradingException">It has no value, or none that is finite.</exception>
    public double Evaluate(IReadOnlyDictionary<string, double> values)
    {
        Stack<double> stack = new();
        foreach (Step step in _steps)
        {
            double result = step.Apply(stack, values);
            if (double.IsNaN(result) || double.IsInfinity(result))
            {
                throw new GradingException(
                    new GradeErrors
                    {
                        FormulaParseError = true,
                        Message = $"The formula has no value for these scores: {step.Failure}.",
                    }
                );
            }

            stack.Push(result);
        }

        return stack.Pop();
    }

    /// <summary>One operation on the values made so far: the formula in the order in which it is worked out.</summary>
    internal sealed class Step(
        int count,
        Func<double[], IReadOnlyDictionary<string, double>, double> apply,
        string failure
    )
    {
        public string Failure { get; } = failure;

        public double Apply(Stack<double> stack, IReadOnlyDictionary<string, double> values)
        {
            double[] arguments = new double[count];
            for (int i = count - 1; i >= 0; i--)
            {
                arguments[i] = stack.Pop();
            }

            return apply(arguments, values);
        }
    }
}
