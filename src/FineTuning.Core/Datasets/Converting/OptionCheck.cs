namespace FineTuning.Core.Datasets.Converting;

// Refuses options that do not fit together, and those that would do nothing: whoever sets one expects something of it.
internal static class OptionCheck
{
    public static void Validate(ConvertOptions options)
    {
        if (options.Format is < DatasetFormat.Chat or > DatasetFormat.Reinforcement)
        {
            throw Wrong($"{options.Format} is no kind of example.");
        }

        if (Problem(options) is string problem)
        {
            throw Wrong(problem);
        }

        if (options.ItemProperty?.FirstOrDefault(PropertyFinder.IsReserved) is string reserved)
        {
            throw Wrong($"A field for a grader cannot have the name '{reserved}', which is a part of the example.");
        }

        static ArgumentException Wrong(string message) => new(message, nameof(options));
    }

    private static string? Problem(ConvertOptions options)
    {
        DatasetFormat format = options.Format;
        bool isGrouped = options.GroupProperty is not null;
        (bool Is, string Text)[] problems =
        [
            (isGrouped && format != DatasetFormat.Chat, "Only chat examples are made of several rows."),
            (
                !isGrouped && (options.RoleProperty ?? options.ContentProperty) is not null,
                "A role and a content are those of a message of several; the property that groups the rows is missing."
            ),
            (
                isGrouped && options.UserProperty is not null,
                "UserProperty is not used with GroupProperty, where each row is one message: use RoleProperty and "
                    + "ContentProperty."
            ),
            (
                isGrouped && options.AssistantProperty is not null,
                "AssistantProperty is not used with GroupProperty, where each row is one message: use RoleProperty "
                    + "and ContentProperty."
            ),
            (
                format == DatasetFormat.Completion && (options.SystemMessage ?? options.SystemProperty) is not null,
                "Completion examples have no system message."
            ),
            (
                format == DatasetFormat.Preference && options.AssistantProperty is not null,
                "AssistantProperty is not used for preference examples: use PreferredProperty and NonPreferredProperty."
            ),
            (
                format == DatasetFormat.Reinforcement && options.AssistantProperty is not null,
                "AssistantProperty is not used for reinforcement examples, where the model writes the answer itself: "
                    + "use ItemProperty for what a grader compares it with."
            ),
            (
                format != DatasetFormat.Preference && options.PreferredProperty is not null,
                $"PreferredProperty is used for the format Preference alone, not for {format}."
            ),
            (
                format != DatasetFormat.Preference && options.NonPreferredProperty is not null,
                $"NonPreferredProperty is used for the format Preference alone, not for {format}."
            ),
            (
                format != DatasetFormat.Reinforcement && options.ItemProperty is not null,
                $"ItemProperty is used for the format Reinforcement alone, not for {format}."
            ),
        ];
        return problems.FirstOrDefault(problem => problem.Is).Text;
    }
}
