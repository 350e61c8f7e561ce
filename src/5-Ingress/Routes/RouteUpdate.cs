namespace Usher.Ingress;

/// <summary>
/// A route table of which only some Ingresses changed → the next, at the cost of their hosts. Only where no Ingress says anything of others' hosts: <see cref="CompiledRoutes.IsPlain"/>.
/// It finds what building all servers would find.
/// </summary>
internal static class RouteUpdate
{
    /// <summary>Whether an Ingress concerns the hosts of its own rules alone, and says nothing of how its backends' endpoints are chosen, wherever else those are used.</summary>
    internal static bool IsPlain(IngressPart part, NginxConfig config) =>
        part is { IsCatchAll: false, HasOtherHosts: false, Annotations.Canary: null } && ReferenceEquals(part.Annotations.Rules.Balance, config.Balance);

    /// <summary>The next table.</summary>
    /// <param name="running">The running generation's routes.</param>
    /// <param name="config">What the controller's ConfigMap says.</param>
    /// <param name="changed">What each Ingress that changed, came or went brought before, and what it brings now.</param>
    internal static RouteTable Of(CompiledRoutes running, NginxConfig config, IReadOnlyList<(IngressPart? Was, IngressPart? Now)> changed)
    {
        var before = running.Table;
        var (hosts, wildcards, certificates) = (new Dictionary<string, ServerPlan?>(), new Dictionary<string, ServerPlan?>(), new Dictionary<string, CertificatePlan?>());
        var any = before.AnyHost;
        var (readsHeaders, asksClients, smallest) = (before.ReadsHeaders, before.AsksClients, before.SmallestBody);
        var hasGone = false;
        foreach (var host in Hosts(changed))
        {
            var had = before.ServerOf(host);
            var draft = new ServerDraft(host);
            foreach (var part in Parts(host, had, changed)) draft.Add(part);
            if (!draft.IsEmpty) draft.Finish(null, running.Canaries, running.Shared, running.Otherwise);
            var plan = draft.IsEmpty ? null : draft.Plan;
            hasGone |= had is not null && (plan is null || (had.ReadsHeaders && !plan.ReadsHeaders) || (had.ClientCertificate is not null && plan.ClientCertificate is null) || had.SmallestBody < plan.SmallestBody);
            if (plan is not null) (readsHeaders, asksClients, smallest) = (readsHeaders || plan.ReadsHeaders, asksClients || plan.ClientCertificate is not null, Math.Min(smallest, plan.SmallestBody));
            if (host.Length == 0) any = plan;
            else if (host[0] == '*') wildcards[host[1..]] = plan;
            else hosts[host] = plan;
            if (host.Length > 0) certificates[host] = plan?.Parts.SelectMany(p => p.Certificates).FirstOrDefault(c => c.Host == host).Certificate;
        }

        var next = new RouteTable(before.Hosts.With(hosts), before.Wildcards.With(wildcards), any, before.Default)
        {
            Certificates = new CertificateTable(before.Certificates.Hosts.With(certificates), running.Standard),
            ReadsHeaders = readsHeaders,
            AsksClients = asksClients,
            SmallestBody = smallest,
            Otherwise = before.Otherwise,
        };
        if (!hasGone) return next;
        // Whether others say the same as what went: mostly the first that is asked.
        return next with
        {
            ReadsHeaders = readsHeaders && (config.ReadsHeaders || next.Default?.ReadsHeaders == true || Servers(next).Any(s => s.ReadsHeaders)),
            AsksClients = asksClients && Servers(next).Any(s => s.ClientCertificate is not null),
            SmallestBody = Smallest(next, smallest),
        };
    }

    /// <summary>The hosts that Ingresses which changed have or had rules for.</summary>
    internal static IEnumerable<string> Hosts(IReadOnlyList<(IngressPart? Was, IngressPart? Now)> changed) =>
        changed.SelectMany(c => new[] { c.Was, c.Now }).OfType<IngressPart>().SelectMany(p => p.Rules.Select(r => r.Host)).Distinct(StringComparer.Ordinal);

    /// <summary>The Ingresses that have rules for a host now, in their order.</summary>
    private static IEnumerable<IngressPart> Parts(string host, ServerPlan? had, IReadOnlyList<(IngressPart? Was, IngressPart? Now)> changed)
    {
        var stay = (had?.Parts ?? []).Where(part => !changed.Any(c => ReferenceEquals(c.Was, part)));
        var come = changed.Select(c => c.Now).OfType<IngressPart>().Where(part => part.Rules.Any(r => r.Host == host));
        return stay.Concat(come).Order(IngressOrder.Instance);
    }

    private static IEnumerable<ServerPlan> Servers(RouteTable table) => table.Hosts.Values.Concat(table.Wildcards.Values).Concat(table.AnyHost is { } any ? [any] : []);

    /// <summary>The smallest body that any route refuses, where none refuses one that is smaller than a known size.</summary>
    private static long Smallest(RouteTable table, long known)
    {
        var smallest = RouteCompiler.SmallestBody(table.Default);
        foreach (var server in Servers(table))
        {
            if (smallest == known) break;
            smallest = Math.Min(smallest, server.SmallestBody);
        }

        return smallest;
    }
}
