namespace FineTuning.Core.Datasets;

/// <summary>Names of models, as far as they say what was trained.</summary>
public static class BaseModelName
{
    /// <summary>
    /// The base of a fine-tuned model: <c>gpt-4o-mini</c> of <c>ft:gpt-4o-mini:org:suffix:id</c>, and of Azure's
    /// <c>gpt-4o-mini.ft-id</c>,
    /// <c>curie</c> of the older <c>curie:ft-org:suffix-time</c>; any other name as it is.
    /// </summary>
    /// <param name="model">The name.</param>
    public static string Of(string model)
    {
        _ = model ?? throw new ArgumentNullException(nameof(model));
        string[] parts = model.Split(':');
        string name =
            parts.Length < 2 ? model
            : parts[0] == "ft" ? parts[1]
            : parts[0].Length > 0 && parts[1].StartsWith("ft-", StringComparison.Ordinal) ? parts[0]
            : model;
        int azure = name.IndexOf(".ft-", StringComparison.Ordinal);
        return azure < 0 ? name : name.Substring(0, azure);
    }

    /// <summary>A name without the day of its version: <c>gpt-4o-mini</c> of <c>gpt-4o-mini-2024-07-18</c>.</summary>
    /// <param name="model">The name of a base model.</param>
    public static string WithoutDate(string model)
    {
        _ = model ?? throw new ArgumentNullException(nameof(model));
        int start = model.Length - "-2024-07-18".Length;
        if (start <= 0)
        {
            return model;
        }

        for (int i = start; i < model.Length; i++)
        {
            bool isDash = (i - start) is 0 or 5 or 8;
            if (isDash ? model[i] != '-' : model[i] is < '0' or > '9')
            {
                return model;
            }
        }

        return model.Substring(0, start);
    }
}
