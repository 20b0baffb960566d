using System.Runtime.InteropServices;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Training.Network;

/// <summary>
/// A block of floats that starts on a cache line and never moves. Rows of whole lines are read fastest, and no
/// vectorised sum can come to depend on where the runtime put the array: nothing promises that it does not, and a loss
/// has to be the same to the last bit.
/// </summary>
internal sealed class AlignedBuffer
{
    /// <summary>Floats in a 64-byte line; rows that are to be summed are multiples of it.</summary>
    public const int Line = 16;

    private readonly float[] _array;
    private readonly int _offset;

    public AlignedBuffer(long length)
    {
        if (length > Array.MaxLength - Line)
        {
            throw new TrainingException(
                "The model would not fit into memory: its tables are too large for the built-in trainer."
            );
        }

        Length = (int)length;
        _array = GC.AllocateArray<float>(Length + Line, pinned: true);
        int misalignment = (int)(Marshal.UnsafeAddrOfPinnedArrayElement(_array, 0).ToInt64() % (Line * sizeof(float)));
        _offset = misalignment == 0 ? 0 : Line - (misalignment / sizeof(float));
    }

    /// <summary>Number of floats.</summary>
    public int Length { get; }

    public Span<float> Span => _array.AsSpan(_offset, Length);

    public Span<float> Slice(int start, int length) => _array.AsSpan(_offset + start, length);

    /// <summary>The next multiple of <see cref="Line"/>.</summary>
    public static int RoundUp(int length) => (length + Line - 1) / Line * Line;
}
