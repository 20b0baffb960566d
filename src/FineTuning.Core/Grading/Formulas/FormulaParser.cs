using System.Globalization;
using FineTuning.Core.Datasets;
using FineTuning.Core.Grading.Linting;
using FineTuning.Core.Grading.Reading;
using FineTuning.Core.Json;

namespace FineTuning.Core.Grading.Formulas;

/// <summary>Reads one formula, by recursive descent with a bound on the depth.</summary>
internal sealed class FormulaParser(string text, IReadOnlyCollection<string> names, string path, GraderReading reading)
{
    internal static readonly ProblemCode FormulaSyntax = ProblemCode.Error("FT2031", "Formula not well-formed");
    internal static readonly ProblemCode UnknownPart = ProblemCode.Error("FT2032", "Unknown grader in the formula");
    internal static readonly ProblemCode UnknownFunction = ProblemCode.Error(
        "FT2033",
        "Unknown function in the formula"
    );

    public const int MaxLength = 4096,
        MaxDepth = 64;

    private static readonly Dictionary<string, (int Max, Func<double[], double> Apply)> s_functions = new(
        StringComparer.Ordinal
    )
    {
        ["min"] = (int.MaxValue, a => a.Min()),
        ["max"] = (int.MaxValue, a => a.Max()),
        ["abs"] = (1, a => Math.Abs(a[0])),
        ["floor"] = (1, a => Math.Floor(a[0])),
        ["ceil"] = (1, a => Math.Ceiling(a[0])),
        ["exp"] = (1, a => Math.Exp(a[0])),
        ["sqrt"] = (1, a => Math.Sqrt(a[0])),
        ["log"] = (1, a => Math.Log(a[0])),
    };

    private readonly List<Formula.Step> _steps = [];
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly FormulaCursor _cursor = new(text);
    private int _depth;

    public IReadOnlyCollection<string> Used => _used;

    public bool HasErrors { get; private set; }

    public List<Formula.Step> Parse()
    {
        if (text.Length > MaxLength)
        {
            HasErrors = true;
            reading.Report(
                GraderFaults.WrongLength,
                path,
                FormattableString.Invariant($"The formula has {text.Length} characters; at most {MaxLength} are read."),
                "Shorten the formula."
            );
            return [];
        }

        try
        {
            ReadSum();
            _cursor.SkipSpaces();
            return _cursor.IsAtEnd ? _steps : throw Unexpected();
        }
        catch (UnreadableException)
        {
            return [];
        }
    }

    private void ReadSum()
    {
        ReadProduct();
        while (true)
        {
            if (_cursor.Take('+'))
            {
                ReadProduct();
                Add(2, a => a[0] + a[1], "a sum is too large");
            }
            else if (_cursor.Take('-'))
            {
                ReadProduct();
                Add(2, a => a[0] - a[1], "a difference is too large");
            }
            else
            {
                return;
            }
        }
    }

    private void ReadProduct()
    {
        ReadSigned();
        while (true)
        {
            if (_cursor.Take('*'))
            {
                ReadSigned();
                Add(2, a => a[0] * a[1], "a product is too large");
            }
            else if (_cursor.Take('/'))
            {
                ReadSigned();
                Add(2, a => a[0] / a[1], "a division by zero, or a quotient that is too large");
            }
            else if (_cursor.Take('%'))
            {
                ReadSigned();
                Add(2, a => Remainder(a[0], a[1]), "a remainder of a division by zero");
            }
            else
            {
                return;
            }
        }
    }

    private void ReadSigned()
    {
        Enter();
        if (_cursor.Take('-'))
        {
            ReadSigned();
            Add(1, a => -a[0], string.Empty);
        }
        else if (_cursor.Take('+'))
        {
            ReadSigned();
        }
        else
        {
            ReadPower();
        }

        _depth--;
    }

    private void ReadPower()
    {
        ReadOperand();
        if (_cursor.Take('^'))
        {
            ReadSigned();
            Add(2, a => Math.Pow(a[0], a[1]), "a power is too large, or one of a negative number is not real");
        }
    }

    private void ReadOperand()
    {
        char next = _cursor.SkipSpaces();
        if (_cursor.Take('('))
        {
            ReadSum();
            Expect(')', "a parenthesis is not closed");
        }
        else if (next is '.' or (>= '0' and <= '9'))
        {
            ReadNumber();
        }
        else if (char.IsLetter(next) || next == '_')
        {
            ReadName();
        }
        else
        {
            throw Unexpected();
        }
    }

    private void ReadNumber()
    {
        int start = _cursor.Position;
        string number = _cursor.TakeNumber();
        if (
            !double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            || double.IsInfinity(value)
        )
        {
            throw Wrong(start, $"\"{number}\" is no number", "Write numbers such as 0.5 or 1e-3.");
        }

        Add(0, _ => value, string.Empty);
    }

    private void ReadName()
    {
        int start = _cursor.Position;
        string name = _cursor.TakeName();
        if (_cursor.Take('('))
        {
            ReadCall(name, start);
        }
        else if (names.Contains(name))
        {
            _used.Add(name);
            _steps.Add(new Formula.Step(0, (_, values) => values[name], string.Empty));
        }
        else if (names.Count > 0)
        {
            Report(
                UnknownPart,
                start,
                $"there is no grader \"{name}\"",
                $"{NearestName.Question(name, names)}The graders are {string.Join(", ", names)}."
            );
        }
    }

    private void ReadCall(string name, int start)
    {
        bool isKnown = s_functions.TryGetValue(name, out (int Max, Func<double[], double> Apply) function);
        if (!isKnown)
        {
            Report(
                UnknownFunction,
                start,
                $"there is no function \"{name}\"",
                $"{NearestName.Question(name, s_functions.Keys)}The functions are "
                    + $"{string.Join(", ", s_functions.Keys)}."
            );
        }

        int count = 0;
        do
        {
            ReadSum();
            count++;
        } while (_cursor.Take(','));
        Expect(')', $"the call of {name} is not closed");
        if (isKnown && count > function.Max)
        {
            Report(
                FormulaSyntax,
                start,
                FormattableString.Invariant($"{name} takes 1 number, not {count}"),
                $"Give {name} one number."
            );
        }

        Add(count, function.Apply, $"{name} has no value there, or one that is too large");
    }

    private static double Remainder(double dividend, double divisor)
    {
        double remainder = dividend % divisor;
        return remainder != 0 && remainder < 0 != divisor < 0 ? remainder + divisor : remainder;
    }

    private void Add(int count, Func<double[], double> apply, string failure) =>
        _steps.Add(new Formula.Step(count, (a, _) => apply(a), failure));

    private void Enter()
    {
        if (++_depth > MaxDepth)
        {
            throw Wrong(
                _cursor.Position,
                FormattableString.Invariant($"more than {MaxDepth} levels"),
                "Write the formula with fewer parentheses."
            );
        }
    }

    private void Expect(char wanted, string problem)
    {
        if (!_cursor.Take(wanted))
        {
            throw _cursor.IsAtEnd ? Wrong(_cursor.Position, problem, $"Add \"{wanted}\".") : Unexpected();
        }
    }

    private UnreadableException Unexpected()
    {
        if (_cursor.IsAtEnd)
        {
            return Wrong(_cursor.Position, "it ends too early", "Add the number, name or call that is missing.");
        }

        bool isPower = text[_cursor.Position] == '*' && _cursor.Position > 0 && text[_cursor.Position - 1] == '*';
        return Wrong(
            _cursor.Position,
            $"\"{text[_cursor.Position]}\" does not belong there",
            isPower ? "Write ^ for a power." : "Use numbers, names of graders, + - * / % ^, parentheses and functions."
        );
    }

    // From here on the formula cannot be read; of what is wrong behind it nothing can be said.
    private UnreadableException Wrong(int position, string problem, string fix)
    {
        Report(FormulaSyntax, position, problem, fix);
        return new UnreadableException();
    }

    private void Report(ProblemCode code, int position, string problem, string fix)
    {
        HasErrors = true;
        var place = TextPlace.Of(text, position);
        reading.Report(code, path, $"The formula is wrong at {place.InWords()}: {problem}.", fix, place);
    }

    private sealed class UnreadableException : Exception;
}
