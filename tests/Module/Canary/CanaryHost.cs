using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using System.Text;

/// <summary>A host whose screen keeps everything that is shown, and where nobody answers.</summary>
public sealed class CanaryHost : PSHost
{
    private readonly CanaryScreen _screen = new CanaryScreen();

    public override CultureInfo CurrentCulture
    {
        get { return CultureInfo.CurrentCulture; }
    }

    public override CultureInfo CurrentUICulture
    {
        get { return CultureInfo.CurrentUICulture; }
    }

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override string Name
    {
        get { return "CanaryHost"; }
    }

    public override PSHostUserInterface UI
    {
        get { return _screen; }
    }

    public override Version Version
    {
        get { return new Version(1, 0); }
    }

    /// <summary>What was shown since this was called before.</summary>
    public string TakeText()
    {
        return _screen.TakeText();
    }

    public override void EnterNestedPrompt() { }

    public override void ExitNestedPrompt() { }

    public override void NotifyBeginApplication() { }

    public override void NotifyEndApplication() { }

    public override void SetShouldExit(int exitCode) { }
}

public sealed class CanaryScreen : PSHostUserInterface
{
    private readonly StringBuilder _text = new StringBuilder();

    public override PSHostRawUserInterface RawUI
    {
        get { return null; }
    }

    public string TakeText()
    {
        lock (_text)
        {
            string text = _text.ToString();
            _text.Clear();
            return text;
        }
    }

    public override Dictionary<string, PSObject> Prompt(
        string caption,
        string message,
        Collection<FieldDescription> descriptions
    )
    {
        throw Nobody(caption, message);
    }

    public override int PromptForChoice(
        string caption,
        string message,
        Collection<ChoiceDescription> choices,
        int defaultChoice
    )
    {
        throw Nobody(caption, message);
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName)
    {
        throw Nobody(caption, message);
    }

    public override PSCredential PromptForCredential(
        string caption,
        string message,
        string userName,
        string targetName,
        PSCredentialTypes types,
        PSCredentialUIOptions options
    )
    {
        throw Nobody(caption, message);
    }

    public override string ReadLine()
    {
        throw Nobody("ReadLine", "");
    }

    public override SecureString ReadLineAsSecureString()
    {
        throw Nobody("ReadLine", "");
    }

    public override void Write(string value)
    {
        Keep(value);
    }

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value)
    {
        Keep(value);
    }

    public override void WriteDebugLine(string message)
    {
        Keep(message + "\n");
    }

    public override void WriteErrorLine(string value)
    {
        Keep(value + "\n");
    }

    public override void WriteLine(string value)
    {
        Keep(value + "\n");
    }

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        Keep(record.Activity + " " + record.StatusDescription + " " + record.CurrentOperation + "\n");
    }

    public override void WriteVerboseLine(string message)
    {
        Keep(message + "\n");
    }

    public override void WriteWarningLine(string message)
    {
        Keep(message + "\n");
    }

    private Exception Nobody(string caption, string message)
    {
        Keep("PROMPT " + caption + " " + message + "\n");
        return new HostException("Nobody is there to answer.");
    }

    private void Keep(string text)
    {
        lock (_text)
        {
            _text.Append(text);
        }
    }
}
