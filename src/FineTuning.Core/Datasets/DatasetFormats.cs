namespace FineTuning.Core.Datasets;

/// <summary>Which kind of examples a job learns from.</summary>
public static class DatasetFormats
{
    /// <summary>
    /// The kind that a base model takes, so that a chat file for a completion model is found before it is sent. Source:
    /// the models' pages in OpenAI's documentation.
    /// </summary>
    /// <param name="model">The base model, or a model that was fine-tuned from it.</param>
    /// <param name="method">supervised, dpo or reinforcement; the last two have a kind of their own.</param>
    /// <returns>The kind; null where the method decides, or where the model is not known and the data decide.</returns>
    public static DatasetFormat? ForModel(string model, string method)
    {
        _ = model ?? throw new ArgumentNullException(nameof(model));
        if (method != "supervised")
        {
            return null;
        }

        string root = BaseModelName.Of(model);
        if (root is "babbage-002" or "davinci-002")
        {
            return DatasetFormat.Completion;
        }

        bool isChat =
            root.StartsWith("gpt-", StringComparison.Ordinal)
            || (root.Length > 1 && root[0] == 'o' && char.IsDigit(root[1]));
        return isChat ? DatasetFormat.Chat : null;
    }
}
