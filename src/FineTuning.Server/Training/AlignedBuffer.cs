using System;
using System.Runtime.InteropServices;

namespace FineTuning.Server.Training;

/// <summary>
/// A block of floats that starts on a 64-byte boundary and never moves. Vectorised sums begin by aligning themselves, so the same numbers
/// at another address are added in another order: only memory of fixed alignment gives the same loss to the last bit in every run.
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
            throw new TrainingException("The model would not fit into memory: its tables are too large for the built-in trainer.");
        }

        Length = (int)length;
        _array = GC.AllocateArray<float>(Length + Line, pinned: true);
        var misalignment = (int)(Marshal.UnsafeAddrOfPinnedArrayElement(_array, 0).ToInt64() % (Line * sizeof(float)));
        _offset = misalignment == 0 ? 0 : Line - (misalignment / sizeof(float));
    }

    /// <summary>Number of floats.</summary>
    public int Length { get; }

    public Span<float> Span => _array.AsSpan(_offset, Length);

    public Span<float> Slice(int start, int length) => _array.AsSpan(_offset + start, length);

    /// <summary>The next multiple of <see cref="Line"/>.</summary>
    public static int RoundUp(int length) => (length + Line - 1) / Line * Line;
}
