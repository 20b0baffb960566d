namespace FineTuning.Core.Datasets.Rules;

// What the messages of a list are for: that decides what may be said about the answers in them.
internal enum MessageUse
{
    // Chat examples: assistant messages are learned.
    Example,

    // What leads to an answer that is elsewhere, or that the model makes itself.
    Prompt,

    // The two outputs of a preference example.
    Output,
}

internal enum ContentKind
{
    Missing,
    Null,
    Text,
    Parts,

    // Something that has been reported already.
    Wrong,
}

// A part of a content that not every role may have: where the first of its kind is.
internal struct PartPlace
{
    public int Count;
    public int Index;
    public int Position;

    public void Add(int index, int position)
    {
        if (Count++ == 0)
        {
            Index = index;
            Position = position;
        }
    }
}

// One message, gathered while it is read: its keys come in any order, so most rules can be applied only at its end.
internal struct MessageFacts
{
    public int Start;
    public Role Role;
    public bool HasRole;
    public ContentKind Content;
    public int ContentStart;
    public int ContentEnd;

    // Of the text that the message ends in.
    public bool IsBlank;
    public bool HasTrailingSpace;

    public PartPlace Images;
    public PartPlace Audio;
    public PartPlace Refusals;

    // Positions of keys that only some roles may have, plus one: 0 is "not there".
    public int NameAt;
    public int WeightAt;
    public int ToolCallsAt;
    public int FunctionCallAt;
    public int ToolCallIdAt;
    public int RefusalAt;
    public int AudioAt;

    public bool WeightIsZero;
    public int ToolCallsEnd;
    public ulong ToolCallId;
    public int ToolCallIdLength;
    public bool HasToolCallId;
}

// What a list of messages as a whole is like.
internal struct ListFacts
{
    public bool IsList;
    public int Count;
    public bool HasBadRole;
    public bool HasOtherRole;
    public bool HasUser;
    public bool HasAssistant;

    // An assistant message before every user message: its place plus one, and its number.
    public int EarlyStart;
    public int EarlyIndex;
    public int Assistants;
    public bool HasLearned;
    public Role Last;
    public int LastStart;
    public int Images;

    // The last assistant message: what it says, and what it calls.
    public int AnswerStart;
    public int AnswerEnd;
    public int CallsStart;
    public int CallsEnd;
}
