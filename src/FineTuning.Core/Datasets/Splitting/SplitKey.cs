using System.Buffers.Binary;
using System.Security.Cryptography;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Splitting;

// The key by which an example goes to one side: the first 16 bytes of the SHA-256 of the seed, as four bytes with the
// lowest first, and the text. Not the quicker hash that duplicates are found with: that one may change between
// versions, and with it everybody's splits. One per worker.
internal sealed class SplitKey
{
    private const int SeedBytes = 4;

    private byte[] _text = new byte[1024];
#if !NET
    private readonly SHA256 _hash = SHA256.Create();
#endif

    public SplitKey(int seed) => BinaryPrimitives.WriteInt32LittleEndian(_text, seed);

    public Hash128 Of(ReadOnlySpan<byte> text)
    {
        int length = SeedBytes + text.Length;
        if (_text.Length < length)
        {
            Array.Resize(ref _text, Math.Max(length, _text.Length * 2));
        }

        text.CopyTo(_text.AsSpan(SeedBytes));
#if NET
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_text.AsSpan(0, length), hash);
#else
        ReadOnlySpan<byte> hash = _hash.ComputeHash(_text, 0, length);
#endif
        return new Hash128(
            BinaryPrimitives.ReadUInt64BigEndian(hash),
            BinaryPrimitives.ReadUInt64BigEndian(hash.Slice(8))
        );
    }
}
