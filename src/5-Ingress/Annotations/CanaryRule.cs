using System.Text.RegularExpressions;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>
/// <c>canary</c> and <c>canary-*</c>: which requests of a backend go to another one (ingress-nginx documentation, Canary; balancer.lua). A header decides before a cookie, and a
/// cookie before the weight.
/// </summary>
/// <param name="Weight">How many of <paramref name="Total"/> go to the canary.</param>
/// <param name="Total">What the weight is of.</param>
/// <param name="Header">The header, or null.</param>
/// <param name="Value">The header's value that leads to the canary; null for <c>always</c> and <c>never</c>.</param>
/// <param name="Pattern">The pattern of the header's value that leads to the canary, or null.</param>
/// <param name="Cookie">The cookie whose <c>always</c> and <c>never</c> decide, or null.</param>
internal sealed record CanaryRule(int Weight, int Total, string? Header, string? Value, Regex? Pattern, string? Cookie)
{
    /// <summary>Whether an Ingress is a canary.</summary>
    internal static bool IsCanary(SettingReader reader) => reader.Flag("canary") == true;

    /// <summary>What a weight is of, at least (balancer.lua, route_to_alternative_balancer: <c>weightTotal &gt; 100</c>).</summary>
    private const int LeastTotal = 100;

    /// <summary>Reads the annotations; null where the Ingress is no canary.</summary>
    /// <param name="reader">The annotations.</param>
    /// <param name="warn">Told of an annotation, and what becomes of it.</param>
    internal static CanaryRule? Read(SettingReader reader, Action<string, string> warn)
    {
        var on = IsCanary(reader);
        var written = reader.Number("canary-weight-total", 1, int.MaxValue) ?? LeastTotal;
        var total = Math.Max(LeastTotal, written);
        if (on && written < LeastTotal) warn("canary-weight-total", $"found '{written}'; ingress-nginx takes a total of less than {LeastTotal} for {LeastTotal}, so that canary-weight is a percentage");
        var weight = reader.Number("canary-weight", 0, total);
        var header = reader.Text("canary-by-header");
        var value = reader.HeaderText("canary-by-header-value");
        var pattern = reader.Text("canary-by-header-pattern");
        var cookie = reader.Text("canary-by-cookie");
        if (!on)
        {
            if (weight is not null || header is not null || value is not null || pattern is not null || cookie is not null)
                reader.Wrong("canary", reader.Text("canary") ?? "nothing", "canary-* annotations want canary: \"true\"");
            return null;
        }

        var compiled = pattern is null || value is not null ? null : PathPattern.Compile(pattern, RegexOptions.None);
        if (pattern is not null && value is null && compiled is null) reader.Wrong("canary-by-header-pattern", pattern, PathPattern.Problem(pattern));
        return new CanaryRule(weight ?? 0, total, header, value, compiled, cookie);
    }

    /// <summary>Whether a request goes to the canary.</summary>
    /// <param name="label">The canary in reasons.</param>
    /// <param name="facts">The request.</param>
    /// <param name="draw">The draw.</param>
    /// <param name="reasons">Where reasons go.</param>
    internal bool Takes<TReasons>(string label, RequestFacts facts, Draw draw, TReasons reasons) where TReasons : struct, IReasonSink
    {
        if (Header is not null && ClientView.Header(facts, Header) is { } header && ByHeader(header) is { } byHeader)
        {
            if (TReasons.Wanted) reasons.Add(label, byHeader, $"header {Header} is '{header}'", notable: true);
            return byHeader;
        }

        if (Cookie is not null && RequestCookie.Of(facts, Cookie, StringComparison.OrdinalIgnoreCase, orEmpty: true) is { } cookie && cookie is "always" or "never")
        {
            if (TReasons.Wanted) reasons.Add(label, cookie == "always", $"cookie {Cookie} is '{cookie}'", notable: true);
            return cookie == "always";
        }

        var drawn = draw.Below(Total) + 1;
        if (TReasons.Wanted) reasons.Add(label, drawn <= Weight, FormattableString.Invariant($"drawn {drawn} of {Total}; canary-weight is {Weight}"), notable: true);
        return drawn <= Weight;
    }

    private bool? ByHeader(string header)
    {
        if (Value is not null) return header == Value ? true : null;
        if (Pattern is not null) return Pattern.IsMatch(header) ? true : null;
        return header switch { "always" => true, "never" => false, _ => null };
    }
}
