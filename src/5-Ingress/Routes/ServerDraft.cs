using System.Collections.Immutable;
using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Ingress;

/// <summary>One host while a controller's routes are compiled: the Ingresses that have rules for it, and then its server.</summary>
internal sealed class ServerDraft(string host)
{
    private ImmutableArray<IngressPart> parts = [];
    private ServerPlan? plan;

    internal string Host => host;

    /// <summary>Whether an Ingress of this host says something of others.</summary>
    internal bool HasOthers { get; set; }

    /// <summary>Whether no Ingress has a rule for it.</summary>
    internal bool IsEmpty => parts.IsEmpty;

    /// <summary>The server.</summary>
    internal ServerPlan Plan => plan!;

    /// <summary>Other names of the host, and who gave them.</summary>
    internal IEnumerable<(string Alias, Resource<V1Ingress> Ingress)> Aliases => parts.SelectMany(p => p.Annotations.Aliases.Where(a => a != host).Select(a => (a, p.Ingress)));

    /// <summary>The Ingress that wants redirects to or from www; null when none does.</summary>
    internal Resource<V1Ingress>? Www => parts.FirstOrDefault(p => p.Annotations.FromToWww)?.Ingress;

    /// <summary>Adds an Ingress that has a rule for the host; once, however many it has.</summary>
    internal void Add(IngressPart part)
    {
        if (parts.Length == 0 || !ReferenceEquals(parts[^1], part)) parts = parts.Add(part);
    }

    /// <summary>The route that was first written for a path, or null.</summary>
    internal RoutePlan? Find(string path, PathKind? kind) => Paths().Select(p => p.Path.Route).FirstOrDefault(r => r.Path == path && r.Kind == kind);

    /// <summary>Makes the server, or takes over that of the running generation when it was made of the same.</summary>
    internal void Finish(ServerPlan? before, IReadOnlyDictionary<BackendPlan, CanaryPlan> canaries, IReadOnlyDictionary<string, SharedUpstream> shared, RoutePlan? otherwise)
    {
        plan = before is not null && before.Host == host && IsMadeOfThese(before) ? before : Build(canaries, shared, otherwise) with { Parts = parts };
    }

    private bool IsMadeOfThese(ServerPlan before)
    {
        if (before.Parts.Length != parts.Length) return false;
        for (var i = 0; i < parts.Length; i++)
        {
            if (!ReferenceEquals(before.Parts[i], parts[i])) return false;
        }

        return true;
    }

    private ServerPlan Build(IReadOnlyDictionary<BackendPlan, CanaryPlan> canaries, IReadOnlyDictionary<string, SharedUpstream> shared, RoutePlan? otherwise)
    {
        var builder = new ServerBuilder(host);
        foreach (var part in parts) builder.Take(part);
        foreach (var (part, path) in Paths()) builder.Add(path.Route, part, path.Field);
        return builder.Build(canaries, shared, otherwise) with { Skipped = [.. Rules().SelectMany(r => r.Rule.Skipped)] };
    }

    private IEnumerable<(IngressPart Part, PartRule Rule)> Rules() => from part in parts from rule in part.Rules where rule.Host == host select (part, rule);

    private IEnumerable<(IngressPart Part, PartPath Path)> Paths() =>
        from rule in Rules() from path in rule.Rule.Paths select (rule.Part, path);
}
