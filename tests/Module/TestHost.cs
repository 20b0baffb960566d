using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

/// <summary>A host that keeps the warnings written to it, as a screen would show them after Ctrl+C, and has nothing
/// else.</summary>
public sealed class TestHost : PSHost
{
    private readonly TestHostInterface _ui = new TestHostInterface();

    public ConcurrentQueue<string> Text { get; } = new ConcurrentQueue<string>();

    public ConcurrentQueue<string> Warnings
    {
        get { return _ui.Warnings; }
    }

    public override CultureInfo CurrentCulture
    {
        get { return CultureInfo.InvariantCulture; }
    }

    public override CultureInfo CurrentUICulture
    {
        get { return CultureInfo.InvariantCulture; }
    }

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override string Name
    {
        get { return "TestHost"; }
    }

    public override PSHostUserInterface UI
    {
        get { return _ui; }
    }

    public override Version Version
    {
        get { return new Version(1, 0); }
    }

    public override void EnterNestedPrompt() { }

    public override void ExitNestedPrompt() { }

    public override void NotifyBeginApplication() { }

    public override void NotifyEndApplication() { }

    public override void SetShouldExit(int exitCode) { }
}

public sealed class TestHostInterface : PSHostUserInterface
{
    public ConcurrentQueue<string> Text { get; } = new ConcurrentQueue<string>();

    public ConcurrentQueue<string> Warnings { get; } = new ConcurrentQueue<string>();

    public override PSHostRawUserInterface RawUI
    {
        get { return null; }
    }

    public override Dictionary<string, PSObject> Prompt(
        string caption,
        string message,
        Collection<FieldDescription> descriptions
    )
    {
        throw new NotImplementedException();
    }

    public override int PromptForChoice(
        string caption,
        string message,
        Collection<ChoiceDescription> choices,
        int defaultChoice
    )
    {
        throw new NotImplementedException();
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName)
    {
        throw new NotImplementedException();
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
        throw new NotImplementedException();
    }

    public override string ReadLine()
    {
        throw new NotImplementedException();
    }

    public override SecureString ReadLineAsSecureString()
    {
        throw new NotImplementedException();
    }

    public override void Write(string value)
    {
        Text.Enqueue(value);
    }

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) { }

    public override void WriteDebugLine(string message) { }

    public override void WriteErrorLine(string value) { }

    public override void WriteLine(string value) { }

    public override void WriteProgress(long sourceId, ProgressRecord record) { }

    public override void WriteVerboseLine(string message) { }

    public override void WriteWarningLine(string message)
    {
        Warnings.Enqueue(message);
    }
}
