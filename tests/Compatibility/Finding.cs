namespace FineTuning.Compatibility;

/// <summary>Something that would fail in Windows PowerShell.</summary>
/// <param name="Assembly">The file name of the shipped assembly that needs it.</param>
/// <param name="Code">The kind: FTC001 assembly, FTC002 type, FTC003 member, FTC004 override, FTC005
/// implementation.</param>
/// <param name="Text">What is missing, and where it was looked for.</param>
public sealed record Finding(string Assembly, string Code, string Text);
