using System.Globalization;
using Usher.Model.Aws;

namespace Usher.LoadBalancer;

/// <summary>
/// What the controller leaves out of a listener's rules (its rule optimizer): redirects that lead to where the request came from, as an <c>actions.ssl-redirect</c> would at the HTTPS listener, and rules that no request
/// reaches because a redirect before them takes all of theirs.
/// </summary>
internal static class RedirectRules
{
    internal static IReadOnlyList<BuiltRule> Pruned(IEnumerable<BuiltRule> rules, int port, string protocol)
    {
        var kept = new List<BuiltRule>();
        foreach (var rule in rules.Where(r => !IsEndless(r, port, protocol)))
        {
            if (!kept.Exists(k => Redirect(k) is not null && Takes(k, rule))) kept.Add(rule);
        }

        return kept;
    }

    private static bool IsEndless(BuiltRule rule, int port, string protocol) => Redirect(rule) is { } redirect
        && (redirect.Host == "#{host}" || Values(rule, "host-header").Contains(redirect.Host))
        && (redirect.Path == "/#{path}" || Values(rule, "path-pattern").Contains(redirect.Path))
        && (redirect.Port == "#{port}" || redirect.Port == port.ToString(CultureInfo.InvariantCulture))
        && (redirect.Protocol == "#{protocol}" || redirect.Protocol == protocol)
        && redirect.Query == "#{query}";

    private static bool Takes(BuiltRule redirect, BuiltRule rule)
    {
        if (redirect.Conditions.Any(c => c.Field is not ("host-header" or "path-pattern") || c.RegexValues.Count > 0)) return false;
        var paths = Values(redirect, "path-pattern");
        return All(Values(redirect, "host-header"), Values(rule, "host-header")) && (paths.Contains("/*") || All(paths, Values(rule, "path-pattern")));
    }

    private static bool All(HashSet<string> more, HashSet<string> fewer) => more.Count == 0 || (fewer.Count > 0 && more.IsSupersetOf(fewer));

    private static HashSet<string> Values(BuiltRule rule, string field) => [.. rule.Conditions.Where(c => c.Field == field).SelectMany(c => c.Values)];

    private static RedirectAction? Redirect(BuiltRule rule) => rule.Actions.FirstOrDefault(a => a.Type == "redirect")?.Redirect;
}
