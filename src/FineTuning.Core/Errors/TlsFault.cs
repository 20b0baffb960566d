namespace FineTuning.Core.Errors;

/// <summary>Why no secure connection came about, in words.</summary>
/// <param name="What">What is wrong, as the rest of a sentence about the server, such as <c>its certificate
/// expired</c>.</param>
/// <param name="Advice">What to do, as sentences. It never suggests to switch a check off.</param>
internal sealed record TlsFault(string What, string Advice);
