namespace FineTuning.Core.Grading.Formulas;

/// <summary>A place in the text of a formula that moves forward with what is taken.</summary>
internal sealed class FormulaCursor(string text)
{
    private int _position;

    public int Position => _position;

    public bool IsAtEnd => _position >= text.Length;

    /// <summary>Passes white space.</summary>
    /// <returns>The character that follows; 0 at the end.</returns>
    public char SkipSpaces()
    {
        while (_position < text.Length && char.IsWhiteSpace(text[_position]))
        {
            _position++;
        }

        return IsAtEnd ? '\0' : text[_position];
    }

    /// <summary>Takes a character, with white space before it, if it is next.</summary>
    public bool Take(char wanted)
    {
        bool found = SkipSpaces() == wanted && !IsAtEnd;
        _position += found ? 1 : 0;
        return found;
    }

    /// <summary>Takes the text of a number, which begins here.</summary>
    public string TakeNumber()
    {
        int start = _position;
        SkipDigits();
        if (_position < text.Length && text[_position] == '.')
        {
            _position++;
            SkipDigits();
        }

        int exponent = _position;
        if (_position < text.Length && text[_position] is 'e' or 'E')
        {
            _position++;
            _position += _position < text.Length && text[_position] is '+' or '-' ? 1 : 0;
            int digits = _position;
            SkipDigits();
            _position = _position > digits ? _position : exponent;
        }

        return text.Substring(start, _position - start);
    }

    /// <summary>Takes a name, which begins here.</summary>
    public string TakeName()
    {
        int start = _position;
        while (_position < text.Length && (char.IsLetterOrDigit(text[_position]) || text[_position] == '_'))
        {
            _position++;
        }

        return text.Substring(start, _position - start);
    }

    private void SkipDigits()
    {
        while (_position < text.Length && text[_position] is >= '0' and <= '9')
        {
            _position++;
        }
    }
}
