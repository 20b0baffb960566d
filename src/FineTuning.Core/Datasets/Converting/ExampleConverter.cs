using System.Text;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Converting;

/// <summary>
/// Makes examples of rows, one row at a time. What it makes has no error in a check; texts become what they are, so
/// warnings such as white space after an answer are possible.
/// </summary>
/// <remarks>Not safe for use by several threads at once.</remarks>
public sealed class ExampleConverter
{
    // Groups beyond these are not remembered; the check for rows out of order is a help, and memory is to stay small.
    private const int MaxGroups = 1_000_000;

    private readonly ConvertOptions _options;
    private readonly RowReader _reader;
    private readonly Conversation _conversation;
    private readonly JsonLineBuilder _json = new();
    private readonly List<ConvertResult> _results = [];
    private readonly HashSet<ulong> _groups = [];
    private PropertyMap? _map;

    /// <summary>Makes a converter.</summary>
    /// <param name="options">What to make of which properties.</param>
    /// <exception cref="ArgumentException">The options do not fit together; the message says which.</exception>
    public ExampleConverter(ConvertOptions options)
    {
        _options = options ?? throw new ArgumentNullException(nameof(options));
        OptionCheck.Validate(options);
        _reader = new RowReader(options);
        _conversation = new Conversation(options, _reader);
    }

    /// <summary>How many rows were added.</summary>
    public long Rows => _reader.Number;

    /// <summary>Which properties are used for what, and which are not used; null before the first row.</summary>
    public string? Mapping { get; private set; }

    /// <summary>The first group that came again after another one, so that it made two examples; null if none
    /// did.</summary>
    public string? ScatteredGroup { get; private set; }

    /// <summary>Adds a row.</summary>
    /// <param name="row">The row.</param>
    /// <returns>What came of it and, where rows are grouped, of those before it; valid until the next call.</returns>
    public IReadOnlyList<ConvertResult> Add(IExampleRow row)
    {
        _results.Clear();
        _reader.Begin(row ?? throw new ArgumentNullException(nameof(row)));
        try
        {
            Read(row);
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
        {
            // The second is that of a JSON text with half a character.
            _reader.Fail("ValueNotRead", $"Row {Rows} could not be read: {e.Message}", null, null);
        }

        if (_reader.Problem is RowProblem problem)
        {
            // A mapping that failed is not kept: the rows after it may have other properties.
            _map = problem.IsSetUp ? null : _map;
            _results.Add(new ConvertResult(null, problem));
        }

        return _results;
    }

    /// <summary>Ends the last group, after the last row.</summary>
    /// <returns>What came of it.</returns>
    public IReadOnlyList<ConvertResult> Finish()
    {
        _results.Clear();
        EndGroup();
        return _results;
    }

    private void Read(IExampleRow row)
    {
        if (_map is null)
        {
            PropertyMap map = PropertyFinder.Find(_options, row.Names);
            Mapping = map.Describe(row.Names);
            _map = map;
        }

        if (_map.Group is null)
        {
            Keep(Example(_map), Rows, $"Row {Rows}");
        }
        else
        {
            AddToGroup(_map);
        }
    }

    private string? Example(PropertyMap map)
    {
        bool isCompletion = _options.Format == DatasetFormat.Completion;
        string? user = _reader.Text(
            map.User,
            nameof(ConvertOptions.UserProperty),
            isCompletion ? "prompt" : "user's text",
            mayBeEmpty: isCompletion
        );
        if (user is null || _reader.System(map.System) is not string system)
        {
            return null;
        }

        _json.Clear();
        return _options.Format switch
        {
            DatasetFormat.Completion => Completion(map, user),
            DatasetFormat.Preference => Preference(map, user, system),
            DatasetFormat.Reinforcement => Reinforcement(map, user, system),
            _ => Chat(map, user, system),
        };
    }

    private string? Chat(PropertyMap map, string user, string system)
    {
        if (_reader.Text(map.Assistant, nameof(ConvertOptions.AssistantProperty), "answer") is not string answer)
        {
            return null;
        }

        return Messages("{\"messages\":[", system, user).Raw(",").Message("assistant", answer).Raw("]}").ToString();
    }

    private string? Completion(PropertyMap map, string prompt) =>
        _reader.Text(map.Assistant, nameof(ConvertOptions.AssistantProperty), "completion") is string completion
            ? _json.Raw("{\"prompt\":").Text(prompt).Raw(",\"completion\":").Text(completion).Raw("}").ToString()
            : null;

    private string? Preference(PropertyMap map, string user, string system)
    {
        if (
            _reader.Text(map.Preferred, nameof(ConvertOptions.PreferredProperty), "preferred answer")
                is not string better
            || _reader.Text(map.NonPreferred, nameof(ConvertOptions.NonPreferredProperty), "non-preferred answer")
                is not string worse
        )
        {
            return null;
        }

        return Messages("{\"input\":{\"messages\":[", system, user)
            .Raw("]},\"preferred_output\":[")
            .Message("assistant", better)
            .Raw("],\"non_preferred_output\":[")
            .Message("assistant", worse)
            .Raw("]}")
            .ToString();
    }

    private string? Reinforcement(PropertyMap map, string user, string system)
    {
        if (map.Items.Length == 0)
        {
            _reader.Fail(
                "ItemMissing",
                $"Row {_reader.Number} has no property left for a grader to compare the answer with.",
                null,
                nameof(ConvertOptions.ItemProperty),
                isSetUp: true
            );
            return null;
        }

        Messages("{\"messages\":[", system, user).Raw("]");
        foreach (string item in map.Items)
        {
            if (!_reader.TryWrite(item, _json.Raw(",").Text(item).Raw(":")))
            {
                return null;
            }
        }

        return _json.Raw("}").ToString();
    }

    private JsonLineBuilder Messages(string start, string system, string user)
    {
        _json.Raw(start);
        if (system.Length > 0)
        {
            _json.Message("system", system).Raw(",");
        }

        return _json.Message("user", user);
    }

    private void AddToGroup(PropertyMap map)
    {
        if (_reader.Text(map.Group, nameof(ConvertOptions.GroupProperty), "group") is not string group)
        {
            return;
        }

        if (!_conversation.Continues(group))
        {
            EndGroup();
            _conversation.Begin(group);
            bool isNew = _groups.Count >= MaxGroups || _groups.Add(Hash128.Of(Encoding.UTF8.GetBytes(group)).Low);
            ScatteredGroup ??= isNew ? null : group;
        }

        _conversation.Add(map);
    }

    private void EndGroup()
    {
        if (_conversation.TryEnd(out string? example, out RowProblem? problem))
        {
            if (_conversation.IsTooLong)
            {
                AddTooLong(_conversation.FirstRow, _conversation.Subject, "too many");
            }

            Keep(example, _conversation.FirstRow, _conversation.Subject);
            if (problem is not null)
            {
                _results.Add(new ConvertResult(null, problem));
            }
        }
    }

    private void Keep(string? example, long row, string rows)
    {
        if (example is null)
        {
            return;
        }

        // A UTF-16 character is up to three bytes of UTF-8, and a surrogate pair four.
        bool mayBeTooLong = example.Length > _options.MaxExampleBytes / 3;
        if (mayBeTooLong && Encoding.UTF8.GetByteCount(example) is int bytes && bytes > _options.MaxExampleBytes)
        {
            AddTooLong(row, rows, $"{bytes}");
            return;
        }

        _results.Add(new ConvertResult(example, null));
    }

    private void AddTooLong(long row, string rows, string bytes) =>
        _results.Add(
            new ConvertResult(
                null,
                new RowProblem
                {
                    Row = row,
                    Id = "ExampleTooLong",
                    Message =
                        $"{rows} would be an example of {bytes} bytes; at most {_options.MaxExampleBytes} are taken.",
                }
            )
        );
}
