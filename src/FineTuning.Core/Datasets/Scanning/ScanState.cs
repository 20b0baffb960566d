namespace FineTuning.Core.Datasets.Scanning;

// What the scan of a file has settled so far. It changes only while blocks are checked one after the other, at the
// start of the file.
internal sealed class ScanState
{
    public const string Supervised = "supervised";
    public const string Dpo = "dpo";
    public const string Reinforcement = "reinforcement";

    private readonly string? _method;
    private readonly string? _model;

    // The kind that the model learns from when it is supervised; null where the model is not known or not given.
    private readonly DatasetFormat? _ofModel;
    private DatasetFormat _firstGuess;

    public ScanState(DatasetCheckOptions options)
    {
        _method = options.Method;
        _model = options.Model;
        _ofModel = _model is null ? null : DatasetFormats.ForModel(_model, Supervised);
        Format = options.Format ?? DatasetFormat.Unknown;
        if (Format == DatasetFormat.Unknown)
        {
            Format = _method switch
            {
                Dpo => DatasetFormat.Preference,
                Reinforcement => DatasetFormat.Reinforcement,
                Supervised => _ofModel ?? DatasetFormat.Unknown,

                // Completion models know no other method.
                _ => _ofModel == DatasetFormat.Completion ? DatasetFormat.Completion : DatasetFormat.Unknown,
            };
        }

        IsGiven = Format != DatasetFormat.Unknown;
    }

    // The kind of example every line must be, or Unknown until a good example has shown it.
    public DatasetFormat Format { get; private set; }

    // Whether the format was known before the file was read.
    public bool IsGiven { get; }

    // A line that is not blank has been seen.
    public bool HasExample { get; set; }

    public bool IsSettled => HasExample && Format != DatasetFormat.Unknown;

    // The best answer at the end of the file, when no line was a good example.
    public DatasetFormat FinalFormat => Format != DatasetFormat.Unknown ? Format : _firstGuess;

    public static bool IsMethod(string? method) => method is null or Supervised or Dpo or Reinforcement;

    // What a line is to be checked as while the format is open.
    public DatasetFormat Adapt(DatasetFormat guess)
    {
        if (_method == Supervised && guess == DatasetFormat.Reinforcement)
        {
            guess = DatasetFormat.Chat;
        }

        return guess;
    }

    public bool IsAllowed(DatasetFormat format) =>
        format switch
        {
            DatasetFormat.Unknown or DatasetFormat.Chat => true,
            DatasetFormat.Completion => _ofModel != DatasetFormat.Chat,
            _ => _method != Supervised,
        };

    public void Suggest(DatasetFormat guess)
    {
        if (_firstGuess == DatasetFormat.Unknown)
        {
            _firstGuess = guess;
        }
    }

    public void Settle(DatasetFormat format) => Format = format;

    // "a chat example", for messages.
    public static string Describe(DatasetFormat format) =>
        format switch
        {
            DatasetFormat.Chat => "a chat example",
            DatasetFormat.Completion => "a completion example",
            DatasetFormat.Preference => "a preference example",
            DatasetFormat.Reinforcement => "a reinforcement example",
            _ => "no kind of example",
        };

    public string Expectation =>
        Format != DatasetFormat.Unknown ? Describe(Format)
        : _method == Supervised ? "a chat or completion example, which the method supervised needs"
        : $"a chat, preference or reinforcement example, which {_model} needs";

    public static void Validate(DatasetCheckOptions options)
    {
        if (!IsMethod(options.Method))
        {
            throw new ArgumentException(
                $"The method \"{options.Method}\" is not one of {Supervised}, {Dpo}, {Reinforcement}.",
                nameof(options)
            );
        }

        if (options.MaxLineBytes < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(options), "MaxLineBytes must be at least 1.");
        }

        if (options.MaxProblemsPerCode < 0 || options.MinimumExamples < 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options),
                "MaxProblemsPerCode and MinimumExamples must not be negative."
            );
        }
    }
}
