#if NET
using System;
using System.Runtime.CompilerServices;
using FineTuning.Core.Datasets.Rules;

namespace FineTuning.Core.Datasets.Scanning;

// Recognises, in one sweep, an example in one of the usual spellings of which no rule has anything to report, and tells the facts that the rules
// would. It only ever says yes or "ask the rules", which are the one place where problems are made; a test holds it against them.
internal ref struct GoodLine(ReadOnlySpan<byte> data)
{
    // Of a chat example without calls.
    private static readonly ulong s_noCalls = Hash128.Of([]).Low;

    private readonly ReadOnlySpan<byte> _data = data;
    private GoodText _text = new(data);
    private int _at;
    private int _answerStart;
    private int _answerEnd;
    private ulong _answerSeed;

    // The length of the example, which starts with the data; what follows it is not looked at.
    public readonly int Length => _at;

    // False if there may be a character that is not ASCII: whether those are in order is not seen here.
    public readonly bool IsAscii => _text.IsAscii;

    // As the rules of the format have it.
    public readonly Hash128 Answer => Hash128.Of(_data.Slice(_answerStart, _answerEnd - _answerStart), _answerSeed);

    // The only format of which the data can be a good example. A line of messages for a grader has more keys, and is left to the rules.
    public static DatasetFormat Guess(ReadOnlySpan<byte> data) =>
        data.StartsWith("{\"messages\""u8) ? DatasetFormat.Chat
        : data.StartsWith("{\"prompt\""u8) || data.StartsWith("{\"completion\""u8) ? DatasetFormat.Completion : DatasetFormat.Preference;

    // Whether the data start with a good example of the format.
    [MethodImpl(Jit.Optimized)]
    public bool TryRead(DatasetFormat format) => format switch
    {
        DatasetFormat.Chat => TryChat(),
        DatasetFormat.Completion => TryCompletion(),
        DatasetFormat.Preference => TryPreference(),
        _ => false,
    };

    [MethodImpl(Jit.Optimized)]
    private bool TryChat()
    {
        if (!Take("{\"messages\":"u8))
        {
            return false;
        }

        SkipSpace();
        if (!TryMessages(MessageUse.Example, out MessagesRead read) || !read.HasLearned || read.Last != Role.Assistant || !Take((byte)'}'))
        {
            return false;
        }

        _answerSeed = s_noCalls;
        return true;
    }

    [MethodImpl(Jit.Optimized)]
    private bool TryCompletion()
    {
        bool hasPrompt = false, hasCompletion = false;
        if (!Take((byte)'{'))
        {
            return false;
        }

        do
        {
            if (!hasPrompt && Take("\"prompt\":"u8))
            {
                hasPrompt = true;
                SkipSpace();
                if (!TryString(out _, out _))
                {
                    return false;
                }
            }
            else if (!hasCompletion && Take("\"completion\":"u8))
            {
                hasCompletion = true;
                SkipSpace();
                if (!TryString(out _answerStart, out _answerEnd))
                {
                    return false;
                }

                ReadOnlySpan<byte> text = _data.Slice(_answerStart, _answerEnd - _answerStart);
                if (JsonText.IsBlank(text) || JsonText.TrailingSpaceLength(text, lineFeedsToo: false) > 0)
                {
                    return false;
                }
            }
            else
            {
                return false;
            }
        }
        while (TakeComma());
        return hasPrompt && hasCompletion && Take((byte)'}');
    }

    [MethodImpl(Jit.Optimized)]
    private bool TryPreference()
    {
        bool hasInput = false;
        int otherStart = 0, otherEnd = 0;
        if (!Take((byte)'{'))
        {
            return false;
        }

        do
        {
            if (!hasInput && Take("\"input\":"u8))
            {
                hasInput = true;
                if (!TryInput())
                {
                    return false;
                }
            }
            else if (_answerEnd == 0 && Take("\"preferred_output\":"u8))
            {
                if (!TryOutput(out _answerStart, out _answerEnd))
                {
                    return false;
                }
            }
            else if (otherEnd == 0 && Take("\"non_preferred_output\":"u8))
            {
                if (!TryOutput(out otherStart, out otherEnd))
                {
                    return false;
                }
            }
            else
            {
                return false;
            }
        }
        while (TakeComma());
        return hasInput && _answerEnd > 0 && otherEnd > 0 && Take((byte)'}')
            && !_data.Slice(_answerStart, _answerEnd - _answerStart).SequenceEqual(_data.Slice(otherStart, otherEnd - otherStart));
    }

    [MethodImpl(Jit.Optimized)]
    private bool TryInput()
    {
        SkipSpace();
        if (!Take("{\"messages\":"u8))
        {
            return false;
        }

        SkipSpace();
        return TryMessages(MessageUse.Prompt, out MessagesRead read) && read.Last != Role.Assistant && Take((byte)'}');
    }

    [MethodImpl(Jit.Optimized)]
    private bool TryOutput(out int start, out int end)
    {
        SkipSpace();
        start = _at;
        bool isGood = TryMessages(MessageUse.Output, out _);
        end = _at;
        return isGood;
    }

    [MethodImpl(Jit.Optimized)]
    private bool TryMessages(MessageUse use, out MessagesRead read)
    {
        read = default;
        if (!Take((byte)'['))
        {
            return false;
        }

        do
        {
            if (!TryMessage(use, ref read))
            {
                return false;
            }
        }
        while (TakeComma());
        return Take((byte)']');
    }

    // The keys may come in any order. Those that only some messages have are left to the rules, but for the weight and the name.
    [MethodImpl(Jit.Optimized)]
    private bool TryMessage(MessageUse use, ref MessagesRead read)
    {
        Role role = Role.None;
        bool hasName = false, isZero = false, hasWeight = false;
        int start = 0, end = 0;
        if (!Take((byte)'{'))
        {
            return false;
        }

        do
        {
            if (role == Role.None && Take("\"role\":"u8))
            {
                SkipSpace();
                role = TakeRole();
                if (role == Role.None)
                {
                    return false;
                }
            }
            else if (start == 0 && Take("\"content\":"u8))
            {
                SkipSpace();
                if (!TryString(out start, out end))
                {
                    return false;
                }
            }
            else if (!hasWeight && Take("\"weight\":"u8))
            {
                hasWeight = true;
                SkipSpace();
                isZero = Take((byte)'0');
                if (!isZero && !Take((byte)'1'))
                {
                    return false;
                }
            }
            else if (!hasName && Take("\"name\":"u8))
            {
                hasName = true;
                SkipSpace();
                if (!TryString(out _, out _))
                {
                    return false;
                }
            }
            else
            {
                return false;
            }
        }
        while (TakeComma());
        if (role == Role.None || start == 0 || !Take((byte)'}'))
        {
            return false;
        }

        read.Last = role;
        if (role != Role.Assistant)
        {
            return !hasWeight && use != MessageUse.Output;
        }

        if (use == MessageUse.Example)
        {
            // With its quotes.
            _answerStart = start - 1;
            _answerEnd = end + 1;
            read.HasLearned |= !isZero;
        }

        return use == MessageUse.Prompt || (end > start && JsonText.TrailingSpaceLength(_data.Slice(start, end - start), lineFeedsToo: true) == 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Role TakeRole() =>
        Take("\"user\""u8) ? Role.User
        : Take("\"assistant\""u8) ? Role.Assistant
        : Take("\"system\""u8) ? Role.System
        : Take("\"developer\""u8) ? Role.Developer : Role.None;

    // The text without its quotes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryString(out int start, out int end)
    {
        start = _at + 1;
        if (!Take((byte)'"'))
        {
            end = 0;
            return false;
        }

        end = _text.FindEnd(start);
        _at = end + 1;
        return end >= 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TakeComma()
    {
        if (!Take((byte)','))
        {
            return false;
        }

        SkipSpace();
        return true;
    }

    // One space at most: that is how programs write it. More is left to the rules.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SkipSpace() => Take((byte)' ');

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Take(byte value)
    {
        if ((uint)_at < (uint)_data.Length && _data[_at] == value)
        {
            _at++;
            return true;
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Take(ReadOnlySpan<byte> literal)
    {
        if (_data.Slice(_at).StartsWith(literal))
        {
            _at += literal.Length;
            return true;
        }

        return false;
    }

    private struct MessagesRead
    {
        public Role Last;
        public bool HasLearned;
    }
}
#endif
