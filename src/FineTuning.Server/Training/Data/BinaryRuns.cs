using System.Runtime.InteropServices;

namespace FineTuning.Server.Training.Data;

/// <summary>Runs of numbers in a binary file.</summary>
internal static class BinaryRuns
{
    public static void WriteRun<T>(this BinaryWriter writer, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        writer.Write(values.Length);
        writer.Write(MemoryMarshal.AsBytes(values));
    }

    /// <summary>Reads a run of exactly as many numbers as <paramref name="values"/> holds.</summary>
    public static void ReadRun<T>(this BinaryReader reader, Span<T> values)
        where T : unmanaged
    {
        int count = reader.ReadInt32();
        if (count != values.Length)
        {
            throw new InvalidDataException($"The file holds {count} numbers where {values.Length} belong.");
        }

        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values));
    }
}
