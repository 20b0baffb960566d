using System.Runtime.CompilerServices;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Tokenization;

// The class of each character as the regular expression engine of npm tiktoken has it (Unicode 16). Those of .NET
// differ from one version to the next, so they are not asked.
internal sealed class CharacterTable
{
    private const int PageBits = 8;
    private const int PageSize = 1 << PageBits;
    private const int Characters = 0x110000;

    // Where the page of a character starts in the cells; many characters share a page. The first page is the first in
    // the cells, too.
    private readonly int[] _pages = new int[Characters >> PageBits];
    private readonly CharacterClass[] _cells;

    // The runs as they are stored: a length, seven bits a byte and the lowest first, and the class.
    [MethodImpl(Jit.Optimized)]
    public CharacterTable(ReadOnlySpan<byte> runs)
    {
        var cells = new CharacterClass[_pages.Length * PageSize / 16];
        int[] uniform = new int[(int)CharacterClass.Other + 1];
        int used = 0,
            code = 0;
        for (int i = 0; i < runs.Length; i++)
        {
            int end = code + ReadLength(runs, ref i);
            var kind = (CharacterClass)runs[i];
            while (code < end)
            {
                int page = code >> PageBits,
                    offset = code & (PageSize - 1);
                int length = Math.Min(end - code, PageSize - offset);
                if (length == PageSize && uniform[(int)kind] > 0)
                {
                    // Of the pages of one class only, which most are, one of each class is enough.
                    _pages[page] = uniform[(int)kind];
                }
                else
                {
                    if (offset == 0)
                    {
                        _pages[page] = used;
                        uniform[(int)kind] = length == PageSize ? used : uniform[(int)kind];
                        used += PageSize;
                    }

                    cells.AsSpan(_pages[page] + offset, length).Fill(kind);
                }

                code += length;
            }
        }

        _cells = cells.AsSpan(0, used).ToArray();
    }

    // The class of the character at a place in well-formed UTF-8, and how many bytes it takes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public CharacterClass At(ReadOnlySpan<byte> utf8, int index, out int length)
    {
        byte first = utf8[index];
        if (first < 0x80)
        {
            length = 1;
            return _cells[first];
        }

        return BeyondAscii(utf8, index, out length);
    }

    // Where the run of characters of these classes ends that starts at a place.
    public int EndOfRun(ReadOnlySpan<byte> utf8, int start, CharacterClass classes)
    {
        CharacterClass[] cells = _cells;
        int end = start;
        while (end < utf8.Length)
        {
            byte first = utf8[end];
            int length = 1;
            if (((first < 0x80 ? cells[first] : BeyondAscii(utf8, end, out length)) & classes) == 0)
            {
                break;
            }

            end += length;
        }

        return end;
    }

    private CharacterClass BeyondAscii(ReadOnlySpan<byte> utf8, int index, out int length)
    {
        int first = utf8[index],
            second = utf8[index + 1] & 0x3F,
            code;
        if (first < 0xE0)
        {
            length = 2;
            code = ((first & 0x1F) << 6) | second;
        }
        else if (first < 0xF0)
        {
            length = 3;
            code = ((first & 0x0F) << 12) | (second << 6) | (utf8[index + 2] & 0x3F);
        }
        else
        {
            length = 4;
            code = ((first & 0x07) << 18) | (second << 12) | ((utf8[index + 2] & 0x3F) << 6) | (utf8[index + 3] & 0x3F);
        }

        return _cells[_pages[code >> PageBits] | (code & (PageSize - 1))];
    }

    // Leaves the index at what follows.
    private static int ReadLength(ReadOnlySpan<byte> runs, ref int index)
    {
        int length = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = runs[index++];
            length |= (part & 127) << shift;
            if (part < 128)
            {
                return length;
            }
        }
    }
}
