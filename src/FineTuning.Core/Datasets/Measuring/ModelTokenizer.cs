using FineTuning.Core.Tokenization;

namespace FineTuning.Core.Datasets.Measuring;

// The tokens to measure a model with.
internal static class ModelTokenizer
{
    // What newer models use is the best guess for one that is not known.
    private const string NewestEncoding = "o200k_base";

    public static Tokenizer For(string? model) =>
        Tokenizer.Get((model is null ? null : Tokenizer.EncodingFor(model)) ?? NewestEncoding);
}
