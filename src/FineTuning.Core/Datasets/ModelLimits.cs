namespace FineTuning.Core.Datasets;

/// <summary>How long an example may be before a service cuts it.</summary>
public static class ModelLimits
{
    /// <summary>The longest example in tokens that any known model learns from whole.</summary>
    public const int MaxExampleTokens = 65_536;

    /// <summary>
    /// The longest example in tokens that a model learns from whole. Source: the token limits of OpenAI's fine-tuning
    /// guide and of its models' pages, which Azure OpenAI shares.
    /// </summary>
    /// <param name="model">The base model, or a model that was fine-tuned from it.</param>
    /// <returns>The limit in tokens; null where the model is not known.</returns>
    public static int? ExampleTokens(string model)
    {
        string root = BaseModelName.WithoutDate(BaseModelName.Of(model));
        return root switch
        {
            "gpt-3.5-turbo-0613" => 4_096,
            "gpt-4-0613" => 8_192,
            "babbage-002" or "davinci-002" => 16_384,
            "gpt-3.5-turbo" or "gpt-3.5-turbo-0125" or "gpt-3.5-turbo-1106" => 16_385,
            "gpt-4o" or "gpt-4o-mini" or "gpt-4.1" or "gpt-4.1-mini" or "gpt-4.1-nano" => MaxExampleTokens,
            _ => null,
        };
    }
}
