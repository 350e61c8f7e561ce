using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>
/// What becomes of canaries, and of others, whose Service another Ingress made an upstream of (createUpstreams and getBackendServers in ingress-nginx's controller.go): what a canary made has its policy, and no server; what a main Ingress
/// made has neither.
/// </summary>
/// <param name="context">Where it is warned.</param>
/// <param name="upstreams">The upstreams, by name.</param>
internal sealed class CanaryConflicts(CompileContext context, IReadOnlyDictionary<string, UpstreamDraft> upstreams)
{
    /// <summary>Warns of what a canary says and another Ingress decides.</summary>
    internal void Warn(IngressPart part)
    {
        if (part.Annotations.Canary is not { } own) return;
        foreach (var backend in part.Backends)
        {
            var upstream = upstreams[backend.Upstream];
            if (ReferenceEquals(upstream.By, part)) continue;
            var by = upstream.By.NameAt("canary");
            if (upstream.Policy is not { } counts)
            {
                Warn(part, "canary", $"makes no canary of Service {backend.Label}, which {by} has as a backend of its own: {upstream.Why(part)}. In ingress-nginx it gets no share of others' requests then, and a path here that no Ingress has before it is an ordinary one, which takes all");
                continue;
            }

            foreach (var (name, said, other) in CanarySettings.Differences(own, counts))
            {
                var written = part.Annotations.Rules.Annotations.Contains(name);
                Warn(part, written ? name : "canary", $"{(written ? $"found '{said}'" : $"has no {name}")}; for the canary's Service {backend.Label} that of {by} counts, {other}, since {upstream.Why(part)}");
            }
        }
    }

    /// <summary>An Ingress as it is served: one that is no canary without the paths whose Service is a canary's; a canary with those whose Service is no canary's.</summary>
    /// <param name="part">The Ingress.</param>
    /// <param name="hosts">The hosts of those that are no canaries.</param>
    internal IngressPart Served(IngressPart part, IReadOnlySet<string> hosts)
    {
        if (part.Annotations.Canary is null) return part.Rules.Any(r => r.Paths.Any(IsCanarys)) ? part with { Rules = [.. part.Rules.Select(r => Without(part, r))] } : part;
        var own = part.OrdinaryRules.Where(r => hosts.Contains(r.Host) && r.Paths.Any(p => !IsCanarys(p))).Select(r => r with { Paths = [.. r.Paths.Where(p => !IsCanarys(p))] }).ToList();
        // Of hosts a canary says nothing.
        return own.Count == 0 ? part : part with { Rules = [.. own], Annotations = part.Annotations with { Aliases = [], FromToWww = false, Passthrough = false, AppRoot = null, ClientCertificate = null } };
    }

    private bool IsCanarys(PartPath path) => upstreams[path.Route.Backend.Upstream].Policy is not null;

    private PartRule Without(IngressPart part, PartRule rule)
    {
        var skipped = rule.Skipped.ToBuilder();
        foreach (var path in rule.Paths.Where(IsCanarys))
        {
            var (upstream, backend) = (upstreams[path.Route.Backend.Upstream], path.Route.Backend);
            context.Warnings.Add(part.Ingress, path.Field, $"is skipped: Service {backend.Label} is a canary's by {upstream.By.NameAt("canary")}, since {upstream.Why(part)}, and ingress-nginx serves no path of a canary's Service. A Service of its own for the canary mends it");
            skipped.Add(new SkippedPath(path.Route.Label, $"Service {backend.Label} is a canary's by Ingress {upstream.By.Ingress.Key.Short}, {upstream.Came}: ingress-nginx skips the path") { Route = path.Route });
        }

        return rule with { Paths = [.. rule.Paths.Where(p => !IsCanarys(p))], Skipped = skipped.DrainToImmutable() };
    }

    private void Warn(IngressPart part, string name, string message) => context.Warnings.Add(part.Ingress, IngressAnnotations.Field(name), message);
}
