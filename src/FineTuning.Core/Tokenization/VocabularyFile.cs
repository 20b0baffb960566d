using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Tokenization;

// Reads what this assembly brings along; Vocabularies/README.md tells the format.
internal static class VocabularyFile
{
    private const int SingleBytes = 256;
    private const int Planes = 3;

    public static CharacterTable ReadCharacters() => new(Unpack("characters"));

    [MethodImpl(Jit.Optimized)]
    public static Vocabulary ReadVocabulary(string name)
    {
        ReadOnlySpan<byte> data = Unpack(name);
        int pairs = BinaryPrimitives.ReadInt32LittleEndian(data) - SingleBytes;
        ReadOnlySpan<byte> singles = data.Slice(sizeof(int), SingleBytes);
        int[] lefts = ReadIds(data.Slice(sizeof(int) + SingleBytes, pairs * Planes));
        int[] rights = ReadIds(data.Slice(sizeof(int) + SingleBytes + (pairs * Planes)));
        int[] starts = ReadStarts(lefts, rights);
        byte[] bytes = new byte[starts[starts.Length - 1]];
        singles.CopyTo(bytes);
        for (int i = 0; i < pairs; i++)
        {
            int at = starts[SingleBytes + i];
            for (int from = starts[lefts[i]]; from < starts[lefts[i] + 1]; from++)
            {
                bytes[at++] = bytes[from];
            }

            for (int from = starts[rights[i]]; from < starts[rights[i] + 1]; from++)
            {
                bytes[at++] = bytes[from];
            }
        }

        return new Vocabulary(bytes, starts, new PairTable(lefts, rights));
    }

    // The low bytes of all ids come first, then their middle bytes, then the high ones.
    [MethodImpl(Jit.Optimized)]
    private static int[] ReadIds(ReadOnlySpan<byte> planes)
    {
        int[] ids = new int[planes.Length / Planes];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = planes[i] | (planes[ids.Length + i] << 8) | (planes[(2 * ids.Length) + i] << 16);
        }

        return ids;
    }

    // Where the bytes of each token start, and where the last ones end.
    [MethodImpl(Jit.Optimized)]
    private static int[] ReadStarts(int[] lefts, int[] rights)
    {
        int[] starts = new int[SingleBytes + lefts.Length + 1];
        for (int id = 0; id < SingleBytes; id++)
        {
            starts[id + 1] = id + 1;
        }

        for (int i = 0; i < lefts.Length; i++)
        {
            int left = lefts[i],
                right = rights[i];
            starts[SingleBytes + i + 1] =
                starts[SingleBytes + i] + starts[left + 1] - starts[left] + starts[right + 1] - starts[right];
        }

        return starts;
    }

    private static ReadOnlySpan<byte> Unpack(string name)
    {
        using Stream stream =
            typeof(VocabularyFile).Assembly.GetManifestResourceStream($"Vocabularies/{name}.bin")
            ?? throw new InvalidOperationException($"The vocabulary '{name}' is not in the assembly.");
        using DeflateStream unpacked = new(stream, CompressionMode.Decompress);
        MemoryStream all = new((int)stream.Length * 2);
        unpacked.CopyTo(all);
        return all.GetBuffer().AsSpan(0, (int)all.Length);
    }
}
