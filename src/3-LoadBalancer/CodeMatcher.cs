using System.Collections.Immutable;
using System.Globalization;

namespace Usher.LoadBalancer;

/// <summary>The codes that a health check takes for success, HTTP's or gRPC's: <c>200</c>, <c>200,202</c>, <c>200-399</c>; <c>12</c>, <c>0-99</c>.</summary>
internal sealed class CodeMatcher : IEquatable<CodeMatcher>
{
    /// <summary>The last HTTP code that an Application Load Balancer's matcher may have.</summary>
    internal const int LastOfHttp = 499;

    /// <summary>The last HTTP code that a Network Load Balancer's matcher may have.</summary>
    internal const int LastOfNetwork = 599;

    private readonly ImmutableArray<(int First, int Last)> ranges;

    private CodeMatcher(string text, ImmutableArray<(int First, int Last)> ranges)
    {
        Text = text;
        this.ranges = ranges;
    }

    /// <summary>As it was written.</summary>
    internal string Text { get; }

    internal bool Matches(int status) => ranges.Any(r => status >= r.First && status <= r.Last);

    /// <summary>Reads a matcher of HTTP codes; null when it isn't one (ELBv2 API, Matcher).</summary>
    internal static CodeMatcher? Parse(string text, int most = LastOfHttp) => Parse(text, 200, most);

    /// <summary>Reads a matcher of gRPC codes, 0 to 99; null when it isn't one (ELBv2 API, Matcher).</summary>
    internal static CodeMatcher? ParseGrpc(string text) => Parse(text, 0, 99);

    /// <summary>What is wanted instead of one that can't be read.</summary>
    internal static string Wanted(bool grpc, int most = LastOfHttp) =>
        $"codes from {(grpc ? "0 to 99 are wanted, as 12, 0,1 or 0-5" : $"200 to {most} are wanted, as 200, 200,202 or 200-399")}";

    private static CodeMatcher? Parse(string text, int least, int most)
    {
        var ranges = ImmutableArray.CreateBuilder<(int, int)>();
        foreach (var part in text.Split(','))
        {
            var ends = part.Split('-');
            if (ends.Length > 2 || Code(ends[0], least, most) is not { } first || Code(ends[^1], least, most) is not { } last || first > last) return null;
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

    private static int? Code(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code >= least && code <= most ? code : null;
}
