using Usher.Model.Journeys;

namespace Usher.Dns;

/// <summary>
/// The cluster's DNS: which answer a question from inside gets. Pure.
/// <list type="number">
/// <item><c>cluster.local</c> and below: what CoreDNS' <c>kubernetes</c> plugin answers; a name that isn't there is NXDOMAIN, one without this type no data.</item>
/// <item><c>in-addr.arpa</c>: the Service that has the address as its virtual IP, or else the endpoints that have it; when none has, on to 3.</item>
/// <item>The hosted zones as the VPC sees them, as its resolver would answer from them.</item>
/// <item>Anything else: SERVFAIL. CoreDNS would forward it; here no other name server is asked.</item>
/// </list>
/// Sources: the DNS-based service discovery specification, 1.1.0; the plugin's own page (coredns.io/plugins/kubernetes) for what that leaves open.
/// </summary>
internal static class ClusterDnsHop
{
    // As CoreDNS: a CNAME is not followed when more than seven were.
    private const int MaxChain = 8;

    /// <summary>Decides.</summary>
    /// <param name="view">The cluster, its living endpoints and the hosted zones.</param>
    /// <param name="question">What is asked.</param>
    /// <param name="draw">Orders the values of sets that have several.</param>
    /// <param name="reasons">Every Service and endpoint that was considered.</param>
    public static DnsAnswer Decide<TReasons>(ClusterView view, DnsQuestion question, Draw draw, TReasons reasons) where TReasons : struct, IReasonSink
    {
        // 1.
        if (question.Name.IsWithin(ClusterZone.Name)) return InCluster(view, question, draw, reasons);

        // 2.
        if (question.Type == RecordType.PTR && ClusterName.ReversedAddress(question.Name) is { } address && ClusterReverse.Find(view, address, reasons) is { } names)
        {
            return Found(question, draw, [new AnsweredSet(question.Name, names)]);
        }

        // 3. and 4.
        return Outside(view, question, draw, reasons);
    }

    private static DnsAnswer InCluster<TReasons>(ClusterView view, DnsQuestion question, Draw draw, TReasons reasons) where TReasons : struct, IReasonSink
    {
        var atApex = question.Name.Equals(ClusterZone.Name);
        switch (question.Type)
        {
            case RecordType.TXT when question.Name.Equals(ClusterZone.VersionName):
                return Found(question, draw, [new AnsweredSet(question.Name, ClusterRecords.Version)]);
            case RecordType.SOA:
                // A name that isn't there has no SOA either, and no NXDOMAIN.
                return atApex ? Found(question, draw, [new AnsweredSet(question.Name, ClusterRecords.Soa)]) : Nothing(DnsEnd.NoData, question.Name, draw);
            case RecordType.NS when atApex && Server(view) is { } server:
                return Found(question, draw, [new AnsweredSet(question.Name, ClusterRecords.Name(RecordType.NS, null, [server.Owner]))], [server]);
            case RecordType.A when question.Name.Equals(ClusterZone.ServerName) && Server(view) is { } server:
                return Found(question, draw, [server with { Owner = question.Name }]);
            case not (RecordType.TXT or RecordType.PTR) when question.Name.Equals(ClusterZone.ServerName) && view.Cluster.Server is not null:
                return Nothing(DnsEnd.NoData, question.Name, draw);
        }

        var hosts = ClusterLookup.Find(view, question.Name, reasons);
        if (hosts is null || (hosts.Count == 0 && question.Type == RecordType.TXT)) return Nothing(DnsEnd.NoName, question.Name, draw);
        if (hosts.Count == 0) return Nothing(DnsEnd.NoData, question.Name, draw);
        return question.Type switch
        {
            RecordType.A or RecordType.AAAA => Addresses(view, question, hosts, draw, reasons),
            RecordType.CNAME when hosts[0].External is not null => Found(question, draw, [new AnsweredSet(question.Name, ClusterRecords.Cname(hosts[0]))]),
            RecordType.SRV when ClusterRecords.Ports(hosts) is { } ports => Found(question, draw, [new AnsweredSet(question.Name, ports)], Targets(view, hosts, draw)),
            _ => Nothing(DnsEnd.NoData, question.Name, draw),
        };
    }

    /// <summary>Addresses, or another name and on from there; a chain within the cluster that ends at nothing is nothing.</summary>
    private static DnsAnswer Addresses<TReasons>(ClusterView view, DnsQuestion question, IReadOnlyList<ClusterHost> hosts, Draw draw, TReasons reasons)
        where TReasons : struct, IReasonSink
    {
        var chain = new List<AnsweredSet>();
        for (var name = question.Name; hosts[0].External is { } next; name = next)
        {
            if (chain.Count == MaxChain || next.Equals(name) || chain.Exists(c => c.Owner.Equals(name)))
            {
                ClusterReasons.Loop(ref reasons, name, next);
                return Nothing(DnsEnd.NoData, question.Name, draw);
            }

            chain.Add(new AnsweredSet(name, ClusterRecords.Cname(hosts[0])));
            if (!next.IsWithin(ClusterZone.Name))
            {
                var outside = Outside(view, question with { Name = next }, draw, reasons);
                return outside with { End = outside.End == DnsEnd.Found ? DnsEnd.Found : DnsEnd.Left, Answers = [.. chain, .. outside.Answers], Resolved = false, Authority = null };
            }

            hosts = ClusterLookup.Find(view, next, reasons) ?? [];
            if (hosts.Count == 0) return Nothing(DnsEnd.NoData, question.Name, draw);
        }

        return ClusterRecords.Addresses(question.Type, hosts) is { } set
            ? Found(question, draw, [.. chain, new AnsweredSet(chain.Count == 0 ? question.Name : chain[^1].Set.Values[0].Target!, set)])
            : Nothing(DnsEnd.NoData, question.Name, draw);
    }

    /// <summary>The addresses of an SRV record's targets.</summary>
    private static List<AnsweredSet> Targets(ClusterView view, IReadOnlyList<ClusterHost> hosts, Draw draw)
    {
        var targets = new List<AnsweredSet>();
        foreach (var target in hosts.GroupBy(h => h.Target))
        {
            if (target.First().External is null)
            {
                if (ClusterRecords.Addresses(RecordType.A, target) is { } set) targets.Add(new AnsweredSet(target.Key, set));
            }
            else
            {
                targets.AddRange(Decide(view, new DnsQuestion(target.Key, RecordType.A), draw, default(NoReasons)).Answers);
            }
        }

        return targets;
    }

    /// <summary>What the VPC's resolver would answer from the hosted zones here; what it would have to ask others for can't be told.</summary>
    private static DnsAnswer Outside<TReasons>(ClusterView view, DnsQuestion question, Draw draw, TReasons reasons) where TReasons : struct, IReasonSink
    {
        var answer = DnsHop.Decide(view.Zones, question, draw, reasons, view.Health);
        return answer.End switch
        {
            DnsEnd.Found => answer with { Resolved = true, Authority = null },
            DnsEnd.NoData or DnsEnd.NoName => answer with { Resolved = true },
            _ => new DnsAnswer { End = DnsEnd.Elsewhere, Name = answer.Name, Answers = [], Draw = draw },
        };
    }

    /// <summary>The server's own name and address: those of its Service, unless a manifest has a Service of that name.</summary>
    private static AnsweredSet? Server(ClusterView view) =>
        view.Cluster.Server is { } owner && view.Cluster.Addresses.Find(owner) is { } address
            ? new AnsweredSet(ClusterZone.IsService(owner) ? ClusterZone.NameOf(owner) : ClusterZone.ServerName, ClusterRecords.Address(address))
            : null;

    private static DnsAnswer Found(DnsQuestion question, Draw draw, IReadOnlyList<AnsweredSet> answers, IReadOnlyList<AnsweredSet>? additional = null) =>
        new() { End = DnsEnd.Found, Name = question.Name, Answers = answers, Additional = additional ?? [], Draw = draw };

    private static DnsAnswer Nothing(DnsEnd end, DomainName name, Draw draw) =>
        new() { End = end, Name = name, Answers = [], Authority = new AnsweredSet(ClusterZone.Name, ClusterRecords.Soa), Draw = draw };
}
