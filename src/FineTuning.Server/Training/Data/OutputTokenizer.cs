using System.Text;

namespace FineTuning.Server.Training.Data;

/// <summary>
/// Turns answers into tokens and back without loss. Token 0 ends a message, tokens 1 to 16 are the halves of a UTF-8
/// byte, which any text can be spelt with, and the others are pieces of text taken from the training data. Immutable,
/// so thread-safe.
/// </summary>
internal sealed class OutputTokenizer
{
    /// <summary>The token that ends a message.</summary>
    public const int EndOfMessage = 0;

    /// <summary>The token of the half byte 0; the other fifteen follow.</summary>
    public const int FirstNibble = 1;

    /// <summary>The token of the first piece.</summary>
    public const int FirstPiece = 17;

    private readonly string[] _pieces;
    private readonly Dictionary<string, int> _tokens;

    /// <summary>A tokeniser with these pieces, which are all different; the first gets the token <see
    /// cref="FirstPiece"/>.</summary>
    public OutputTokenizer(IReadOnlyList<string> pieces)
    {
        _pieces = [.. pieces];
        _tokens = new Dictionary<string, int>(_pieces.Length, StringComparer.Ordinal);
        for (int i = 0; i < _pieces.Length; i++)
        {
            _tokens.Add(_pieces[i], FirstPiece + i);
        }
    }

    /// <summary>Number of tokens, the end of a message and the half bytes included.</summary>
    public int Count => FirstPiece + _pieces.Length;

    /// <summary>The texts of the pieces, in the order of their tokens.</summary>
    public IReadOnlyList<string> Pieces => _pieces;

    /// <summary>The text of a piece; null for the end of a message and for half bytes.</summary>
    public string? PieceOf(int token) => token >= FirstPiece ? _pieces[token - FirstPiece] : null;

    /// <summary>Appends the tokens of a text, without an end.</summary>
    public void Encode(string text, List<int> tokens)
    {
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = _tokens.GetAlternateLookup<
            ReadOnlySpan<char>
        >();
        Span<byte> utf8 = stackalloc byte[4];
        foreach ((int start, int length) in TextChunks.Split(text))
        {
            ReadOnlySpan<char> chunk = text.AsSpan(start, length);
            if (lookup.TryGetValue(chunk, out int token))
            {
                tokens.Add(token);
                continue;
            }

            // Spelt: each character by its own token if it has one, else by the halves of its bytes.
            while (!chunk.IsEmpty)
            {
                Rune.DecodeFromUtf16(chunk, out Rune rune, out int used);
                if (lookup.TryGetValue(chunk[..used], out token))
                {
                    tokens.Add(token);
                }
                else
                {
                    foreach (byte value in utf8[..rune.EncodeToUtf8(utf8)])
                    {
                        tokens.Add(FirstNibble + (value >> 4));
                        tokens.Add(FirstNibble + (value & 15));
                    }
                }

                chunk = chunk[used..];
            }
        }
    }

    /// <summary>The number of tokens of a text.</summary>
    public int CountTokens(string text)
    {
        var tokens = new List<int>();
        Encode(text, tokens);
        return tokens.Count;
    }

    /// <summary>The text of tokens; an end of message adds nothing.</summary>
    public string Decode(IEnumerable<int> tokens)
    {
        var decoder = new TokenDecoder(this);
        var text = new StringBuilder();
        foreach (int token in tokens)
        {
            text.Append(decoder.Next(token));
        }

        return text.Append(decoder.Finish()).ToString();
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(_pieces.Length);
        foreach (string piece in _pieces)
        {
            writer.Write(piece);
        }
    }

    public static OutputTokenizer Read(BinaryReader reader)
    {
        string[] pieces = new string[reader.ReadInt32()];
        for (int i = 0; i < pieces.Length; i++)
        {
            pieces[i] = reader.ReadString();
        }

        return new OutputTokenizer(pieces);
    }
}
