using FineTuning.Core.Client;

namespace FineTuning.Core.Evaluation;

/// <summary>A question to a model, and to the one it is compared with. A caller who wants more of it back with the
/// answer derives a record of his own.</summary>
/// <param name="Client">Asks.</param>
/// <param name="Model">The model.</param>
/// <param name="Compared">The other one; null if there is none.</param>
/// <param name="Question">The question.</param>
public record ModelRequest(FineTuningClient Client, string Model, string? Compared, ModelQuestion Question)
{
    /// <summary>Which of the models failed, once one has.</summary>
    public string Failed { get; internal set; } = Model;
}
