namespace FineTuning.Core.Tokenization;

// What the two regular expressions of tiktoken tell apart. Every character has exactly one of the flags; a set of them
// is a class of the expressions. The values are those in Vocabularies/characters.bin.
[Flags]
internal enum CharacterClass : byte
{
    Upper = 1, // \p{Lu} \p{Lt}
    Lower = 2, // \p{Ll}
    Uncased = 4, // \p{Lm} \p{Lo}
    Mark = 8, // \p{M}
    Number = 16, // \p{N}
    Space = 32, // \s, but not the two line ends
    LineEnd = 64, // \r \n
    Other = 128,

    Letter = Upper | Lower | Uncased,
    WhiteSpace = Space | LineEnd,
    Punctuation = Other | Mark, // [^\s\p{L}\p{N}]
    Leading = Other | Mark | Space, // [^\r\n\p{L}\p{N}]
    WordStart = Upper | Uncased | Mark, // [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]
    WordEnd = Lower | Uncased | Mark, // [\p{Ll}\p{Lm}\p{Lo}\p{M}]
}
