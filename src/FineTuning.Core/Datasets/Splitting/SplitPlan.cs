using System.Globalization;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Splitting;

// Which example goes where: a plan for each label, and how many of each are wanted.
internal sealed class SplitPlan(DatasetSplitOptions options)
{
    private readonly Dictionary<Hash128, LabelPlan> _byLabel = [];

    // In the order in which they were met.
    private readonly List<LabelPlan> _labels = [];

    public IReadOnlyList<LabelPlan> Labels => _labels;

    public long Total => _labels.Sum(label => label.Total);

    // The plan of a label that was counted.
    public LabelPlan this[Hash128 label] =>
        _byLabel.TryGetValue(label, out LabelPlan? plan)
            ? plan
            : throw new IOException("The file was changed while it was split.");

    public void Count(in KeyedLine line, Dictionary<Hash128, string> texts)
    {
        if (!_byLabel.TryGetValue(line.Label, out LabelPlan? label))
        {
            if (_labels.Count >= options.MaxLabels)
            {
                throw new DatasetSplitException(
                    "TooManyLabels",
                    string.Format(
                        CultureInfo.InvariantCulture,
                        "There are more than {0} different answers, so they are not labels whose proportions could "
                            + "be kept.",
                        options.MaxLabels
                    ),
                    options.LabelField is null
                        ? "Split without keeping proportions, or name the field that holds the label."
                        : "Name another field, or split without keeping proportions."
                );
            }

            label = new LabelPlan(texts.TryGetValue(line.Label, out string? text) ? text : null);
            _byLabel.Add(line.Label, label);
            _labels.Add(label);
        }

        label.Count(line.Key);
    }

    // Decides how many examples of each label are wanted.
    public void SetTargets()
    {
        long total = Total;
        long target = Target(total);
        if (options.Stratify && _labels.Count == 1 && _labels[0].Label is null)
        {
            throw new DatasetSplitException(
                "NoLabels",
                options.LabelField is null
                    ? "The examples have no answer that could be their label."
                    : $"No example has the field '{options.LabelField}'.",
                "Name the field that holds the label, or split without keeping proportions."
            );
        }

        // The whole parts first, then one more each for those with the largest rest. The last example of a label stays
        // in training, if there are others.
        foreach (LabelPlan label in _labels)
        {
            label.Target = Math.Min((long)((decimal)target * label.Total / total), Max(label));
        }

        if (_labels.All(label => Max(label) == 0))
        {
            throw new DatasetSplitException(
                "LabelsTooRare",
                "Every label has one example only, which stays in the training file.",
                "Add examples, or split without keeping proportions."
            );
        }

        long left = target - _labels.Sum(label => label.Target);
        foreach (
            LabelPlan label in _labels
                .OrderByDescending(label => (decimal)target * label.Total / total % 1)
                .Where(label => label.Target < Max(label))
        )
        {
            label.Target += left > 0 ? 1 : 0;
            left--;
        }

        // What labels of one example would have had goes to the others, the frequent ones first.
        while (
            left > 0
            && _labels.Where(label => label.Target < Max(label)).OrderByDescending(label => label.Total).ToList()
                is { Count: > 0 } open
        )
        {
            decimal of = open.Sum(label => label.Total);
            decimal share = left;
            foreach (LabelPlan label in open)
            {
                long more = Math.Min(
                    Math.Min(Math.Max((long)(share * label.Total / of), 1), Max(label) - label.Target),
                    left
                );
                label.Target += more;
                left -= more;
            }
        }
    }

    private static long Max(LabelPlan label) => label.Total - 1;

    private long Target(long total)
    {
        if (total < 2)
        {
            throw new DatasetSplitException(
                "TooFewExamples",
                string.Format(
                    CultureInfo.InvariantCulture,
                    "The file has {0} example{1}; a split needs at least two.",
                    total,
                    total == 1 ? "" : "s"
                ),
                "Add examples, or check that each stands on a line of its own that ends in LF."
            );
        }

        if (options.ValidationCount is long count)
        {
            return count < total
                ? count
                : throw new DatasetSplitException(
                    "CountTooLarge",
                    string.Format(
                        CultureInfo.InvariantCulture,
                        "The file has {0} examples, so {1} for validation would leave none for training.",
                        total,
                        count
                    ),
                    "Ask for fewer examples."
                );
        }

        return Math.Min(
            Math.Max((long)Math.Round(options.ValidationFraction * total, MidpointRounding.AwayFromZero), 1),
            total - 1
        );
    }
}
