using FineTuning.Core.Datasets;

namespace FineTuning.Core.Tokenization;

// Which models use which encoding, as tiktoken's model.py tells it.
internal static class ModelEncodings
{
    private static readonly string[] s_o200k =
    [
        "gpt-4o",
        "chatgpt-4o",
        "gpt-4.1",
        "gpt-4.5",
        "gpt-5",
        "o1",
        "o3",
        "o4-mini",
    ];
    private static readonly string[] s_cl100k =
    [
        "gpt-4",
        "gpt-3.5",
        "gpt-3.5-turbo",
        "gpt-35-turbo",
        "davinci-002",
        "babbage-002",
        "text-embedding-ada-002",
        "text-embedding-3",
    ];

    public static string? Find(string model)
    {
        string name = BaseModelName.Of(model);
        return IsOfAny(name, s_o200k) || name.StartsWith("gpt-5.", StringComparison.Ordinal) ? "o200k_base"
            : IsOfAny(name, s_cl100k) ? "cl100k_base"
            : null;
    }

    // A family itself, or one of it by a date or another word: gpt-4-0613 is of gpt-4, gpt-4o is not.
    private static bool IsOfAny(string name, string[] families)
    {
        foreach (string family in families)
        {
            if (
                name.StartsWith(family, StringComparison.Ordinal)
                && (name.Length == family.Length || name[family.Length] == '-')
            )
            {
                return true;
            }
        }

        return false;
    }
}
