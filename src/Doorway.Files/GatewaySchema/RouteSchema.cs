using Usher.Model.Gateway;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>What the routes have in common.</summary>
internal static class RouteSchema
{
    private const int MaxHostnames = 16;
    private const int MaxHostnamesOfTls = 1024;
    private const int MaxRules = 16;
    private const int MaxBackends = 16;
    private const int MaxMatches = 64;
    private const int MaxMatchesOfRoute = 128;

    /// <summary>Checks what HTTPRoutes and GRPCRoutes have in common.</summary>
    /// <param name="check">Takes the errors.</param>
    /// <param name="spec">The route.</param>
    /// <param name="rules">Each rule's name and how many matches it has.</param>
    /// <param name="least">The fewest rules.</param>
    internal static void Requests(SchemaCheck check, HostRouteSpec spec, IReadOnlyList<(string? Name, int Matches)> rules, int least = 0)
    {
        ReferenceSchema.Parents(check, spec.ParentRefs);
        Hostnames(check, spec.Hostnames, MaxHostnames);
        check.Count("spec", "rules", rules.Count, MaxRules, least);
        Names(check, rules.Select(r => r.Name));
        for (var i = 0; i < rules.Count; i++) check.Count($"spec.rules[{i}]", "matches", rules[i].Matches, MaxMatches);
        if (rules.Sum(r => r.Matches) is > MaxMatchesOfRoute and var all) check.Error("spec.rules", $"found {all} matches in all rules; the most of a route are {MaxMatchesOfRoute}");
    }

    /// <summary>Checks a TLSRoute.</summary>
    internal static void Connections(SchemaCheck check, TlsRouteSpec spec)
    {
        Hostnames(check, spec.Hostnames, MaxHostnamesOfTls, least: 1);
        Connections(check, spec.ParentRefs, spec.Rules);
    }

    /// <summary>Checks a TCPRoute or a UDPRoute.</summary>
    internal static void Connections(SchemaCheck check, ConnectionRouteSpec spec) => Connections(check, spec.ParentRefs, spec.Rules);

    /// <summary>Checks the backends of a rule.</summary>
    internal static void Backends(SchemaCheck check, string at, IEnumerable<BackendRef> backends, int least = 0)
    {
        check.Count(at, "backendRefs", backends.Count(), MaxBackends, least);
        foreach (var (i, backend) in backends.Index()) ReferenceSchema.Backend(check, $"{at}.backendRefs[{i}]", backend);
    }

    private static void Connections(SchemaCheck check, IList<ParentReference> parents, IList<ConnectionRouteRule> rules)
    {
        ReferenceSchema.Parents(check, parents);
        check.Count("spec", "rules", rules.Count, most: 1, least: 1);
        Names(check, rules.Select(r => r.Name));
        for (var i = 0; i < rules.Count; i++) Backends(check, $"spec.rules[{i}]", rules[i].BackendRefs, least: 1);
    }

    private static void Hostnames(SchemaCheck check, IList<string> hostnames, int most, int least = 0)
    {
        check.Count("spec", "hostnames", hostnames.Count, most, least);
        for (var i = 0; i < hostnames.Count; i++) check.Host("spec", $"hostnames[{i}]", hostnames[i], TextRules.Hostname);
    }

    private static void Names(SchemaCheck check, IEnumerable<string?> names)
    {
        foreach (var (i, name) in names.Index()) check.Text($"spec.rules[{i}]", "name", name, TextRules.SectionName);
        check.Unique("spec", "rules", names, ".name");
    }
}
