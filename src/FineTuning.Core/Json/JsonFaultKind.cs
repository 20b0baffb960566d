namespace FineTuning.Core.Json;

/// <summary>What is wrong with a field.</summary>
public enum JsonFaultKind
{
    /// <summary>It is needed, and missing or null.</summary>
    Missing,

    /// <summary>It is of another type than <see cref="JsonFault.Expected"/>.</summary>
    WrongType,

    /// <summary>It is a text, or has a name, with half of a surrogate pair.</summary>
    NotUnicode,

    /// <summary>It is a text without characters.</summary>
    Empty,

    /// <summary>It is a text of more than <see cref="JsonFault.Max"/> characters.</summary>
    TooLong,

    /// <summary>It is a list of fewer than <see cref="JsonFault.Min"/> entries.</summary>
    TooFew,

    /// <summary>It is a list of more than <see cref="JsonFault.Max"/> entries.</summary>
    TooMany,

    /// <summary>It is a number with a fraction, whether or not within <see cref="JsonFault.Bounds"/>.</summary>
    NotWhole,

    /// <summary>It is a number beyond the range of double.</summary>
    NotFinite,

    /// <summary>It is a number below <see cref="JsonFault.Bounds"/>.</summary>
    BelowMinimum,

    /// <summary>It is a number above <see cref="JsonFault.Bounds"/>.</summary>
    AboveMaximum,

    /// <summary>It is a text that is none of <see cref="JsonFault.Choices"/>.</summary>
    UnknownChoice,

    /// <summary>Its name is none of <see cref="JsonFault.Choices"/>.</summary>
    UnknownName,

    /// <summary>Its object has it twice; the last one is read.</summary>
    NameTwice,
}
