using FineTuning.Core.Datasets.Rules;

namespace FineTuning.Core.Datasets.Measuring;

// What one example comes to.
internal struct ExampleMeasure
{
    public DatasetFormat Format;

    // The text of all messages, or of prompt and completion.
    public long ContentTokens;

    // Of these, what the model learns to say.
    public long AnswerTokens;

    // With what the service puts around messages, and with the definitions of tools.
    public long Tokens;

    public int Messages;
    public int Images;
    public RoleCounts Roles;
}

// Messages by role. A struct: one is made for every example.
internal struct RoleCounts
{
    public long System;
    public long Developer;
    public long User;
    public long Assistant;
    public long Tool;
    public long Function;
    public long Other;

    public void Add(Role role, long count = 1)
    {
        switch (role)
        {
            case Role.System:
                System += count;
                break;
            case Role.Developer:
                Developer += count;
                break;
            case Role.User:
                User += count;
                break;
            case Role.Assistant:
                Assistant += count;
                break;
            case Role.Tool:
                Tool += count;
                break;
            case Role.Function:
                Function += count;
                break;
            default:
                Other += count;
                break;
        }
    }

    public void Add(in RoleCounts other)
    {
        System += other.System;
        Developer += other.Developer;
        User += other.User;
        Assistant += other.Assistant;
        Tool += other.Tool;
        Function += other.Function;
        Other += other.Other;
    }
}
