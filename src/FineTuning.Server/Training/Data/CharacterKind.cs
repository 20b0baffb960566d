namespace FineTuning.Server.Training.Data;

/// <summary>What a character does to the words around it.</summary>
internal enum CharacterKind
{
    /// <summary>White space and control characters.</summary>
    Space,

    /// <summary>Letters and the marks on them, of scripts that put spaces between words.</summary>
    Letter,

    /// <summary>Decimal digits.</summary>
    Digit,

    /// <summary>A word by itself: punctuation, symbols, and letters of scripts without spaces.</summary>
    Other,
}
