using System;
using System.Buffers.Binary;
using System.IO;
using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace FineTuning.Core.Tokenization;

// Reads what this assembly brings along; Vocabularies/README.md tells the format.
internal static class VocabularyFile
{
    private const int SingleBytes = 256;
    private const int Planes = 3;

    // AggressiveOptimization, which netstandard2.0 has no name for: what runs once, and long, is not worth running slowly first.
    internal const MethodImplOptions Optimised = (MethodImplOptions)512;

    public static CharacterTable ReadCharacters() => new(Unpack("characters"));

    [MethodImpl(Optimised)]
    public static Vocabulary ReadVocabulary(string name)
    {
        ReadOnlySpan<byte> data = Unpack(name);
        int count = BinaryPrimitives.ReadInt32LittleEndian(data);
        ReadOnlySpan<byte> singles = data.Slice(sizeof(int), SingleBytes);
        int pairs = count - SingleBytes;
        ReadOnlySpan<byte> lefts = data.Slice(sizeof(int) + SingleBytes, pairs * Planes);
        ReadOnlySpan<byte> rights = data.Slice(sizeof(int) + SingleBytes + (pairs * Planes), pairs * Planes);

        PairTable table = new(count);
        int[] starts = new int[count + 1];
        for (int id = 0; id < count; id++)
        {
            int length = 1;
            if (id >= SingleBytes)
            {
                int left = Number(lefts, pairs, id - SingleBytes), right = Number(rights, pairs, id - SingleBytes);
                table.Add(left, right, id);
                length = Length(starts, left) + Length(starts, right);
            }

            starts[id + 1] = starts[id] + length;
        }

        byte[] bytes = new byte[starts[count]];
        singles.CopyTo(bytes);
        for (int id = SingleBytes; id < count; id++)
        {
            int left = Number(lefts, pairs, id - SingleBytes), right = Number(rights, pairs, id - SingleBytes);
            bytes.AsSpan(starts[left], Length(starts, left)).CopyTo(bytes.AsSpan(starts[id]));
            bytes.AsSpan(starts[right], Length(starts, right)).CopyTo(bytes.AsSpan(starts[id] + Length(starts, left)));
        }

        return new Vocabulary(bytes, starts, table);
    }

    // The low bytes of all numbers come first, then their middle bytes, then the high ones.
    private static int Number(ReadOnlySpan<byte> planes, int count, int index) =>
        planes[index] | (planes[count + index] << 8) | (planes[(2 * count) + index] << 16);

    private static int Length(int[] starts, int id) => starts[id + 1] - starts[id];

    private static byte[] Unpack(string name)
    {
        using Stream stream = typeof(VocabularyFile).Assembly.GetManifestResourceStream($"Vocabularies/{name}.bin")
            ?? throw new InvalidOperationException($"The vocabulary '{name}' is not in the assembly.");
        using DeflateStream unpacked = new(stream, CompressionMode.Decompress);
        using MemoryStream all = new();
        unpacked.CopyTo(all);
        return all.ToArray();
    }
}
