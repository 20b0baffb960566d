using System.Management.Automation;
using FineTuning.Core.Datasets;
using FineTuning.Core.Evaluation;
using FineTuning.Errors;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>Reads the questions of a cmdlet and hands them on; what is none is told as an error.</summary>
/// <param name="cmdlet">Where errors go.</param>
/// <param name="system">What the system says first; null is nothing.</param>
/// <param name="ask">Takes each question.</param>
internal sealed class QuestionReader(AsyncCmdlet cmdlet, string? system, Func<InputQuestion, Task> ask)
{
    /// <summary>Reads a question in one text.</summary>
    public Task ReadPromptAsync(string prompt) => ReadAsync(null, () => InputQuestion.Of(prompt, system));

    /// <summary>Reads a conversation.</summary>
    public Task ReadMessagesAsync(object[] messages) => ReadAsync(null, () => InputQuestion.Of(messages, system));

    /// <summary>Reads what came down the pipeline: a question, or a file of them.</summary>
    public Task ReadObjectAsync(PSObject input, CancellationToken cancellationToken) =>
        input.BaseObject is FileInfo file
            ? ReadFileAsync(file.FullName, cancellationToken)
            : ReadAsync(input, () => InputQuestion.From(input, system));

    /// <summary>Reads the examples of a dataset.</summary>
    public async Task ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        var first = new FirstRows();
        try
        {
            await foreach (JsonLine line in JsonLineFile.ReadAsync(path, cancellationToken))
            {
                string place = FormattableString.Invariant($"{path}:{line.Number}");
                if (await ReadAsync(place, () => InputQuestion.FromExample(line.ToObject(), system)))
                {
                    first.Used();
                }
                else if (first.AreHopeless())
                {
                    cmdlet.WriteError(ModelErrors.NoExamples(new NoExamplesException(path)));
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            cmdlet.WriteError(FileErrors.NotRead(e, path));
        }
    }

    // False if it is no question, which was reported.
    private async Task<bool> ReadAsync(object? source, Func<InputQuestion> read)
    {
        InputQuestion question;
        try
        {
            question = read();
        }
        catch (Exception e) when (InputRow.IsUnreadable(e))
        {
            cmdlet.WriteError(ModelErrors.QuestionNotRead(source, e));
            return false;
        }

        await ask(question);
        return true;
    }
}
