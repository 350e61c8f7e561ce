using Usher.Model.Gateway;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>What the routes have in common.</summary>
internal static class RouteSchema
{
    /// <summary>Most rules of an HTTPRoute and a GRPCRoute.</summary>
    internal const int MaxRules = 16;

    /// <summary>Most backends of a rule.</summary>
    internal const int MaxBackends = 16;

    private const int MaxMatches = 64;
    private const int MaxMatchesOfRoute = 128;

    internal static void Hostnames(SchemaCheck check, IList<string> hostnames, int most, int least = 0)
    {
        check.Count("spec", "hostnames", hostnames.Count, most, least);
        for (var i = 0; i < hostnames.Count; i++) check.Host("spec", $"hostnames[{i}]", hostnames[i], TextRules.Hostname);
    }

    /// <summary>Names of rules.</summary>
    internal static void Names(SchemaCheck check, IEnumerable<string?> names)
    {
        foreach (var (i, name) in names.Index()) check.Text($"spec.rules[{i}]", "name", name, TextRules.SectionName);
        check.Unique("spec", "rules", names, ".name");
    }

    /// <summary>How many matches each rule has, and all together.</summary>
    internal static void Matches(SchemaCheck check, IReadOnlyList<int> counts)
    {
        for (var i = 0; i < counts.Count; i++) check.Count($"spec.rules[{i}]", "matches", counts[i], MaxMatches);
        if (counts.Sum() > MaxMatchesOfRoute) check.Error("spec.rules", $"found {counts.Sum()} matches in all rules; the most of a route are {MaxMatchesOfRoute}");
    }

    /// <summary>The one rule of a route that has no matches.</summary>
    internal static void Rule(SchemaCheck check, IReadOnlyList<(string? Name, IList<BackendRef> Backends)> rules)
    {
        check.Count("spec", "rules", rules.Count, most: 1, least: 1);
        Names(check, rules.Select(r => r.Name));
        for (var i = 0; i < rules.Count; i++)
        {
            check.Count($"spec.rules[{i}]", "backendRefs", rules[i].Backends.Count, MaxBackends, least: 1);
            for (var j = 0; j < rules[i].Backends.Count; j++) ReferenceSchema.Backend(check, $"spec.rules[{i}].backendRefs[{j}]", rules[i].Backends[j]);
        }
    }
}
