namespace FineTuning.Core.Datasets.Duplicates;

/// <summary>A line that was there before.</summary>
/// <param name="Line">The number of the line, counted from 1.</param>
/// <param name="ByteOffset">Where it starts in its file, in bytes.</param>
/// <param name="FirstLine">The first line of its own file that is the same; 0 if it is that line itself.</param>
/// <param name="OtherLine">The first line of the first file that is the same, for a line of the second; 0 if there is
/// none.</param>
internal readonly record struct DuplicateLine(long Line, long ByteOffset, long FirstLine, long OtherLine);
