using System.Buffers;
using System.Globalization;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>
/// Rewrites a request for its target (ALB user guide, Transforms for listener rules): after the rule was chosen, which is not looked for again. Without a match the
/// request stays as it came; a match whose result can't be sent is answered with 500.
/// </summary>
internal static class RuleTransforms
{
    /// <summary>The longest request line that an ALB takes (ALB quotas), which a target is spared too.</summary>
    private const int MaxTarget = 16 * 1024;

    private const int MaxHost = 255;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._");

    /// <summary>What becomes of the request; null when the rule has no transforms, or sends nothing to a target.</summary>
    internal static Transformed? Apply<TReasons>(RulePlan rule, RequestFacts facts, TReasons reasons) where TReasons : struct, IReasonSink
    {
        if (rule.Transforms is not { } plan) return null;
        if (rule.Action is not ForwardPlan)
        {
            if (TReasons.Wanted) reasons.Add("transforms", false, $"not applied: {LoadBalancerDecision.ActionName(rule.Action)} sends nothing to a target");
            return null;
        }

        var (found, host, port, target) = (false, (string?)null, (int?)null, (string?)null);
        if (plan.Host is { } hostRewrite)
        {
            var result = hostRewrite.Apply(facts.Host);
            var valid = result is null || result == facts.Host || IsHost(result, out host, out port);
            found = result is not null;
            if (TReasons.Wanted) Tell("host-header-rewrite", hostRewrite, facts.Host, result, valid ? null : "isn't a host name", reasons);
            if (!valid) return new Transformed(true, null, null, null, TransformFault.InvalidHost);
        }

        if (plan.Url is { } urlRewrite)
        {
            var came = facts.Query.Length == 0 ? facts.Path : $"{facts.Path}?{facts.Query}";
            var result = urlRewrite.Apply(came);
            found |= result is not null;
            if (result != came) target = result;
            var fault = target is null ? null : WhyNot(target);
            if (TReasons.Wanted) Tell("url-rewrite", urlRewrite, came, result, fault, reasons);
            if (fault is not null) return new Transformed(true, null, null, null, TransformFault.InvalidPath);
        }

        return found ? new Transformed(true, host, port, target, TransformFault.None) : Transformed.Nothing;
    }

    /// <summary>The request as it goes on from here.</summary>
    internal static RequestFacts Of(RequestFacts facts, Transformed? transformed)
    {
        if (transformed is null) return facts;
        var (path, query) = transformed.Target is { } target ? RequestFacts.SplitTarget(target) : (facts.Path, facts.Query);
        return facts with { Host = transformed.Host ?? facts.Host, HostPort = transformed.HostPort ?? facts.HostPort, Path = path, Query = query };
    }

    private static void Tell<TReasons>(string type, RewritePlan plan, string came, string? result, string? fault, TReasons reasons) where TReasons : struct, IReasonSink =>
        reasons.Add(type, result is not null, result is null ? $"{plan.Regex.Pattern} isn't found in {came}, which stays"
            : fault is not null ? $"{plan.Text}: {came} would become '{Shown(result)}', which {fault}"
            : result == came ? $"{plan.Text}: {came} stays the same" : $"{plan.Text}: {came} became {result}");

    private static string Shown(string text) => text.Length <= 200 ? text : $"{text.AsSpan(0, 200)}…";

    private static string? WhyNot(string target) => !target.StartsWith('/') ? "doesn't begin with a slash"
        : target.Length > MaxTarget ? $"is longer than {MaxTarget} characters"
        : !HeaderEdits.CanSetTarget(target) ? "has characters that a URL can't have" : null;

    /// <summary>A name or address of visible characters, with a port or without (RFC 3986 section 3.2).</summary>
    private static bool IsHost(string text, out string? host, out int? port)
    {
        (host, port) = (text, null);
        if (text.Length is 0 or > MaxHost) return false;
        if (text.LastIndexOf(':') is var colon and > 0 && !text.EndsWith(']'))
        {
            if (!ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0) return false;
            (host, port) = (text[..colon], number);
        }

        return host.StartsWith('[') ? System.Net.IPAddress.TryParse(host, out _) && host.EndsWith(']') : !host.AsSpan().ContainsAnyExcept(NameCharacters);
    }
}
