namespace Usher.LoadBalancer;

/// <summary>A value of a rule condition that a part of the request is compared with.</summary>
/// <param name="text">As reasons tell it.</param>
internal abstract class ValuePattern(string text)
{
    /// <summary>As reasons tell it.</summary>
    internal string Text { get; } = text;

    /// <summary>Whether <paramref name="input"/> matches.</summary>
    internal abstract bool Matches(ReadOnlySpan<char> input);
}

/// <summary>A value of <c>regexValues</c>: matches where it is found anywhere, unless it has <c>^</c> and <c>$</c>.</summary>
internal sealed class RegexPattern(RuleRegex regex) : ValuePattern($"regex {regex.Pattern}")
{
    internal override bool Matches(ReadOnlySpan<char> input) => regex.Engine.IsMatch(input);
}
