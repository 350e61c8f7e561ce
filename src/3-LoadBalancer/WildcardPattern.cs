namespace Usher.LoadBalancer;

/// <summary>
/// A pattern of a rule condition: <c>*</c> stands for zero or more characters, <c>?</c> for exactly one; in a query string,
/// <c>\</c> takes the special meaning of <c>*</c>, <c>?</c> and <c>\</c> away (ALB user guide, Rule condition types).
/// </summary>
internal sealed class WildcardPattern : ValuePattern
{
    private const char Any = '\uE000';
    private const char One = '\uE001';
    private readonly string symbols;
    private readonly bool ignoreCase;

    internal WildcardPattern(string text, bool ignoreCase, bool escapes = false)
        : base(text)
    {
        this.ignoreCase = ignoreCase;
        symbols = Compile(text, ignoreCase, escapes);
        IsLiteral = symbols.AsSpan().IndexOfAny(Any, One) < 0;
        Head = IsLiteral ? symbols : symbols[..symbols.AsSpan().IndexOfAny(Any, One)];
        Tail = symbols[(symbols.AsSpan().LastIndexOfAny(Any, One) + 1)..];
        IsPrefix = !IsLiteral && symbols.AsSpan(Head.Length).IndexOfAnyExcept(Any) < 0;
    }

    /// <summary>Whether it has no wildcard.</summary>
    internal bool IsLiteral { get; }

    /// <summary>Whether it is what it begins with, and whatever follows: <c>/x/*</c>.</summary>
    internal bool IsPrefix { get; }

    /// <summary>What stands before its first wildcard, in lower case where case doesn't matter; all of it where it has none.</summary>
    internal string Head { get; }

    /// <summary>What stands after its last wildcard.</summary>
    internal string Tail { get; }

    /// <summary>As a host, under what it is looked up: all of it where it has no wildcard, else its end from a dot on, as every host that matches ends in that; empty where nothing is sure of the end.</summary>
    internal string HostKey => IsLiteral ? Tail : Tail.IndexOf('.', StringComparison.Ordinal) is >= 0 and var dot ? Tail[dot..] : "";

    /// <summary>Whether the whole of <paramref name="input"/> matches. Time is bounded by the product of both lengths.</summary>
    internal override bool Matches(ReadOnlySpan<char> input) => Takes(input, isPattern: false);

    /// <summary>
    /// Whether whatever matches another pattern of the same field matches this one. True only where that is so; false for some pairs of which it is so too (<c>?*</c> and <c>*?</c>).
    /// </summary>
    // Its wildcards are as any other characters: `*` takes them, `?` takes `?`. Where it has a `*`, nothing but a `*` takes all that may stand there.
    internal bool Covers(WildcardPattern other) => Takes(other.symbols, isPattern: true);

    private bool Takes(ReadOnlySpan<char> input, bool isPattern)
    {
        // Greedy with one point of return: a later `*` makes earlier ones irrelevant.
        int i = 0, p = 0, returnInput = 0, returnPattern = -1;
        while (i < input.Length)
        {
            if (p < symbols.Length && symbols[p] == Any)
            {
                returnPattern = ++p;
                returnInput = i;
            }
            else if (p < symbols.Length && (symbols[p] == One ? !isPattern || input[i] != Any : symbols[p] == Fold(input[i], ignoreCase)))
            {
                p++;
                i++;
            }
            else if (returnPattern >= 0)
            {
                p = returnPattern;
                i = ++returnInput;
            }
            else
            {
                return false;
            }
        }

        while (p < symbols.Length && symbols[p] == Any) p++;
        return p == symbols.Length;
    }

    private static char Fold(char c, bool ignoreCase) => ignoreCase && char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c;

    private static string Compile(string text, bool ignoreCase, bool escapes)
    {
        var symbols = new System.Text.StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (escapes && c == '\\' && i + 1 < text.Length && text[i + 1] is '*' or '?' or '\\') symbols.Append(text[++i]);
            else if (c == '*') symbols.Append(Any);
            else if (c == '?') symbols.Append(One);
            else symbols.Append(Fold(c, ignoreCase));
        }

        return symbols.ToString();
    }
}
