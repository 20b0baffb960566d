#if NET
using System.Runtime.CompilerServices;
using FineTuning.Core.Datasets.Rules;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Scanning;

// Recognises, in one sweep, an example in one of the usual spellings of which no rule has anything to report, and tells
// the facts that the rules would. It only ever says yes or "ask the rules", which are the one place where problems are
// made; a test holds it against them.
internal ref struct ValidExampleReader(ReadOnlySpan<byte> data)
{
    // Of a chat example without calls.
    private static readonly ulong s_noCalls = Hash128.Of([]).Low;

    private readonly ReadOnlySpan<byte> _data = data;
    private ValidTokenReader _tokens = new(data);
    private int _answerStart;
    private int _answerEnd;
    private ulong _answerSeed;

    // The length of the example, which starts with the data; what follows it is not looked at.
    public readonly int Length => _tokens.At;

    // False if there may be a character that is not ASCII: whether those are in order is not seen here.
    public readonly bool IsAscii => _tokens.IsAscii;

    // As the rules of the format have it.
    public readonly Hash128 Answer => Hash128.Of(_data.Slice(_answerStart, _answerEnd - _answerStart), _answerSeed);

    // The only format of which the data can be a good example. A line of messages for a grader has more keys, and is
    // left to the rules.
    public static DatasetFormat Guess(ReadOnlySpan<byte> data) =>
        data.StartsWith("{\"messages\""u8) ? DatasetFormat.Chat
        : data.StartsWith("{\"prompt\""u8) || data.StartsWith("{\"completion\""u8) ? DatasetFormat.Completion
        : DatasetFormat.Preference;

    // Whether the data start with a good example of the format.
    [MethodImpl(Jit.Optimized)]
    public bool TryRead(DatasetFormat format) =>
        format switch
        {
            DatasetFormat.Chat => TryChat(),
            DatasetFormat.Completion => TryCompletion(),
            DatasetFormat.Preference => TryPreference(),
            _ => false,
        };

    [MethodImpl(Jit.Optimized)]
    private bool TryChat()
    {
        if (!_tokens.Take("{\"messages\":"u8))
        {
            return false;
        }

        _tokens.SkipSpace();
        if (
            !TryMessages(MessageUse.Example, out MessagesRead read)
            || !read.HasLearned
            || read.Last != Role.Assistant
            || !_tokens.Take((byte)'}')
        )
        {
            return false;
        }

        _answerSeed = s_noCalls;
        return true;
    }

    [MethodImpl(Jit.Optimized)]
    private bool TryCompletion()
    {
        bool hasPrompt = false,
            hasCompletion = false;
        if (!_tokens.Take((byte)'{'))
        {
            return false;
        }

        do
        {
            if (!hasPrompt && _tokens.Take("\"prompt\":"u8))
            {
                hasPrompt = true;
                _tokens.SkipSpace();
                if (!_tokens.TryString(out _, out _))
                {
                    return false;
                }
            }
            else if (!hasCompletion && _tokens.Take("\"completion\":"u8))
            {
                hasCompletion = true;
                _tokens.SkipSpace();
                if (!_tokens.TryString(out _answerStart, out _answerEnd))
                {
                    return false;
                }

                ReadOnlySpan<byte> text = _data.Slice(_answerStart, _answerEnd - _answerStart);
                if (InvisibleText.IsBlank(text) || JsonText.TrailingSpaceLength(text, lineFeedsToo: false) > 0)
                {
                    return false;
                }
            }
            else
            {
                return false;
            }
        } while (_tokens.TakeComma());
        return hasPrompt && hasCompletion && _tokens.Take((byte)'}');
    }

    [MethodImpl(Jit.Optimized)]
    private bool TryPreference()
    {
        bool hasInput = false;
        int otherStart = 0,
            otherEnd = 0;
        if (!_tokens.Take((byte)'{'))
        {
            return false;
        }

        do
        {
            if (!hasInput && _tokens.Take("\"input\":"u8))
            {
                hasInput = true;
                if (!TryInput())
                {
                    return false;
                }
            }
            else if (_answerEnd == 0 && _tokens.Take("\"preferred_output\":"u8))
            {
                if (!TryOutput(out _answerStart, out _answerEnd))
                {
                    return false;
                }
            }
            else if (otherEnd == 0 && _tokens.Take("\"non_preferred_output\":"u8))
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
        } while (_tokens.TakeComma());
        return hasInput
            && _answerEnd > 0
            && otherEnd > 0
            && _tokens.Take((byte)'}')
            && !_data
                .Slice(_answerStart, _answerEnd - _answerStart)
                .SequenceEqual(_data.Slice(otherStart, otherEnd - otherStart));
    }

    [MethodImpl(Jit.Optimized)]
    private bool TryInput()
    {
        _tokens.SkipSpace();
        if (!_tokens.Take("{\"messages\":"u8))
        {
            return false;
        }

        _tokens.SkipSpace();
        return TryMessages(MessageUse.Prompt, out MessagesRead read)
            && read.Last != Role.Assistant
            && read.HasUser
            && _tokens.Take((byte)'}');
    }

    [MethodImpl(Jit.Optimized)]
    private bool TryOutput(out int start, out int end)
    {
        _tokens.SkipSpace();
        start = _tokens.At;
        bool isGood = TryMessages(MessageUse.Output, out _);
        end = _tokens.At;
        return isGood;
    }

    [MethodImpl(Jit.Optimized)]
    private bool TryMessages(MessageUse use, out MessagesRead read)
    {
        read = default;
        if (!_tokens.Take((byte)'['))
        {
            return false;
        }

        do
        {
            if (!TryMessage(use, ref read))
            {
                return false;
            }
        } while (_tokens.TakeComma());
        return _tokens.Take((byte)']');
    }

    // The keys may come in any order. Those that only some messages have are left to the rules, but for the weight and
    // the name.
    [MethodImpl(Jit.Optimized)]
    private bool TryMessage(MessageUse use, ref MessagesRead read)
    {
        Role role = Role.None;
        bool hasName = false,
            isZero = false,
            hasWeight = false;
        int start = 0,
            end = 0;
        if (!_tokens.Take((byte)'{'))
        {
            return false;
        }

        do
        {
            if (role == Role.None && _tokens.Take("\"role\":"u8))
            {
                _tokens.SkipSpace();
                role = TakeRole();
                if (role == Role.None)
                {
                    return false;
                }
            }
            else if (start == 0 && _tokens.Take("\"content\":"u8))
            {
                _tokens.SkipSpace();
                if (!_tokens.TryString(out start, out end))
                {
                    return false;
                }
            }
            else if (!hasWeight && _tokens.Take("\"weight\":"u8))
            {
                hasWeight = true;
                _tokens.SkipSpace();
                isZero = _tokens.Take((byte)'0');
                if (!isZero && !_tokens.Take((byte)'1'))
                {
                    return false;
                }
            }
            else if (!hasName && _tokens.Take("\"name\":"u8))
            {
                hasName = true;
                _tokens.SkipSpace();
                if (!_tokens.TryString(out _, out _))
                {
                    return false;
                }
            }
            else
            {
                return false;
            }
        } while (_tokens.TakeComma());
        if (role == Role.None || start == 0 || !_tokens.Take((byte)'}'))
        {
            return false;
        }

        read.Last = role;
        if (role != Role.Assistant)
        {
            bool isUser = role == Role.User;
            bool isInOrder = isUser ? !InvisibleText.IsBlank(_data.Slice(start, end - start)) : !read.HasUser;
            read.HasUser |= isUser;
            return isInOrder && !hasWeight && use != MessageUse.Output;
        }

        if (use == MessageUse.Output ? read.HasAnswer : !read.HasUser)
        {
            return false;
        }

        read.HasAnswer = true;

        if (use == MessageUse.Example)
        {
            // With its quotes.
            _answerStart = start - 1;
            _answerEnd = end + 1;
            read.HasLearned |= !isZero;
        }

        return use == MessageUse.Prompt
            || (
                !InvisibleText.IsBlank(_data.Slice(start, end - start))
                && JsonText.TrailingSpaceLength(_data.Slice(start, end - start), lineFeedsToo: true) == 0
            );
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Role TakeRole() =>
        _tokens.Take("\"user\""u8) ? Role.User
        : _tokens.Take("\"assistant\""u8) ? Role.Assistant
        : _tokens.Take("\"system\""u8) ? Role.System
        : _tokens.Take("\"developer\""u8) ? Role.Developer
        : Role.None;

    private struct MessagesRead
    {
        public Role Last;
        public bool HasLearned;
        public bool HasUser;
        public bool HasAnswer;
    }
}
#endif
