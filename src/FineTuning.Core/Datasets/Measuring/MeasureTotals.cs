namespace FineTuning.Core.Datasets.Measuring;

// What a block, or the whole file, comes to. The order in which parts are added does not matter.
internal sealed class MeasureTotals(int? contextLength)
{
    private readonly long[] _formats = new long[Enum.GetValues(typeof(DatasetFormat)).Length];
    private RoleCounts _roles;

    public long Examples { get; private set; }

    public long SkippedLines { get; set; }

    public long Messages { get; private set; }

    public long Images { get; private set; }

    public long ContentTokens { get; private set; }

    public long AnswerTokens { get; private set; }

    public long Tokens { get; private set; }

    // Without what is cut off.
    public long LearnedTokens { get; private set; }

    public long TruncatedExamples { get; private set; }

    public ValueCounts TokensPerExample { get; } = new();

    public ValueCounts MessagesPerExample { get; } = new();

    // What most examples are.
    public DatasetFormat Format =>
        Examples == 0 ? DatasetFormat.Unknown : (DatasetFormat)Array.IndexOf(_formats, _formats.Max());

    public IReadOnlyDictionary<string, long> Roles =>
        new (string Name, long Count)[]
        {
            ("system", _roles.System),
            ("developer", _roles.Developer),
            ("user", _roles.User),
            ("assistant", _roles.Assistant),
            ("tool", _roles.Tool),
            ("function", _roles.Function),
            ("other", _roles.Other),
        }
            .Where(role => role.Count > 0)
            .ToDictionary(role => role.Name, role => role.Count, StringComparer.Ordinal);

    public void Add(in ExampleMeasure example)
    {
        Examples++;
        _formats[(int)example.Format]++;
        Messages += example.Messages;
        Images += example.Images;
        ContentTokens += example.ContentTokens;
        AnswerTokens += example.AnswerTokens;
        Tokens += example.Tokens;
        bool isLonger = example.Tokens > contextLength;
        TruncatedExamples += isLonger ? 1 : 0;
        LearnedTokens += isLonger ? contextLength!.Value : example.Tokens;
        _roles.Add(in example.Roles);
        TokensPerExample.Add(example.Tokens);
        MessagesPerExample.Add(example.Messages);
    }

    public void Add(MeasureTotals other)
    {
        Examples += other.Examples;
        SkippedLines += other.SkippedLines;
        Messages += other.Messages;
        Images += other.Images;
        ContentTokens += other.ContentTokens;
        AnswerTokens += other.AnswerTokens;
        Tokens += other.Tokens;
        TruncatedExamples += other.TruncatedExamples;
        LearnedTokens += other.LearnedTokens;
        _roles.Add(in other._roles);
        TokensPerExample.Add(other.TokensPerExample);
        MessagesPerExample.Add(other.MessagesPerExample);
        for (int i = 0; i < _formats.Length; i++)
        {
            _formats[i] += other._formats[i];
        }
    }

    public void Clear()
    {
        Examples =
            SkippedLines =
            Messages =
            Images =
            ContentTokens =
            AnswerTokens =
            Tokens =
            LearnedTokens =
            TruncatedExamples =
                0;
        _roles = default;
        TokensPerExample.Clear();
        MessagesPerExample.Clear();
        Array.Clear(_formats, 0, _formats.Length);
    }
}
