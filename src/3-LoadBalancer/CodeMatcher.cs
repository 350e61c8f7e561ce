using System.Collections.Immutable;
using System.Globalization;

namespace Usher.LoadBalancer;

/// <summary>The status codes that a health check takes for success: <c>200</c>, <c>200,202</c>, <c>200-399</c>.</summary>
internal sealed class CodeMatcher : IEquatable<CodeMatcher>
{
    private readonly ImmutableArray<(int First, int Last)> ranges;

    private CodeMatcher(string text, ImmutableArray<(int First, int Last)> ranges)
    {
        Text = text;
        this.ranges = ranges;
    }

    /// <summary>As it was written.</summary>
    internal string Text { get; }

    internal bool Matches(int status) => ranges.Any(r => status >= r.First && status <= r.Last);

    /// <summary>Reads a matcher; null when it isn't one. Codes run from 200 to 499 (ELBv2 API, Matcher).</summary>
    internal static CodeMatcher? Parse(string text)
    {
        var ranges = ImmutableArray.CreateBuilder<(int, int)>();
        foreach (var part in text.Split(','))
        {
            var ends = part.Split('-');
            if (ends.Length > 2 || Code(ends[0]) is not { } first || Code(ends[^1]) is not { } last || first > last) return null;
            ranges.Add((first, last));
        }

        return new CodeMatcher(text, ranges.ToImmutable());
    }

    /// <inheritdoc/>
    public bool Equals(CodeMatcher? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CodeMatcher);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    private static int? Code(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code is >= 200 and <= 499 ? code : null;
}
