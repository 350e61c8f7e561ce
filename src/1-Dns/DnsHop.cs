using Usher.Model.Journeys;

namespace Usher.Dns;

/// <summary>
/// Step 1: which answer a question gets. Pure.
/// <list type="number">
/// <item>The zone: the longest one that the name ends with; for a DS the one above it, when that is here too. None: REFUSED.</item>
/// <item>A delegation on the way down from the zone's name: a referral to other name servers. The DS of a delegated name itself is answered here (RFC 4035 section 3.1.4.1).</item>
/// <item>The name itself; when it doesn't exist, the wildcard under the closest name that does (RFC 4592). Neither: NXDOMAIN.</item>
/// <item>The record set of the type asked for; of several, those that their routing policy chooses. An alias is a set like any other: it was filled in when the zone was compiled.</item>
/// <item>Without one, a CNAME (of several, the one chosen): the walk begins again with its target.</item>
/// <item>Without that: no data.</item>
/// <item>What comes with it: the zone's NS or SOA, and addresses of hosts that the answer names.</item>
/// </list>
/// Source: RFC 1034 section 4.3.2; what Route 53 adds: Route 53 developer guide, "DNS constraints and behaviors".
/// </summary>
internal static class DnsHop
{
    /// <summary>How many CNAMEs are followed at most.</summary>
    public const int MaxChain = 16;

    private static readonly List<AnsweredSet> None = [];

    /// <summary>Decides.</summary>
    /// <param name="snapshot">The zones.</param>
    /// <param name="question">What is asked.</param>
    /// <param name="draw">Orders the values of sets that have several.</param>
    /// <param name="reasons">Every record set that was considered.</param>
    /// <param name="health">The targets' health, for record sets with a routing policy; null when everything counts as healthy.</param>
    public static DnsAnswer Decide<TReasons>(DnsSnapshot snapshot, DnsQuestion question, Draw draw, TReasons reasons, HealthReading? health = null)
        where TReasons : struct, IReasonSink
    {
        var name = question.Name;
        List<AnsweredSet>? chain = null;
        Zone? last = null;
        while (true)
        {
            // 1.
            if (snapshot.ZoneOf(name, question.Type) is not { } zone)
            {
                DnsReasons.NoZone(ref reasons, snapshot, name);
                return End(chain is null ? DnsEnd.NoZone : DnsEnd.Left, chain, last, name, null, draw);
            }

            last = zone;
            DnsReasons.Zone(ref reasons, snapshot, zone, name);

            // 2.
            if (zone.HasDelegations && Delegation(zone, name, question.Type) is { } cut)
            {
                DnsReasons.Delegation(ref reasons, cut, name);
                var referral = new AnsweredSet(cut.Name, cut.Find(RecordType.NS)!, zone);
                return End(DnsEnd.Delegated, chain, zone, name, null, draw, referral, Additional(snapshot, [referral], new Choosing(health, draw), glue: true));
            }

            // 3.
            if (Lookup(zone, name, reasons) is not { } node)
            {
                return End(DnsEnd.NoName, chain, zone, name, null, draw, Soa(zone));
            }

            // 4.
            var wildcard = node.Name.Equals(name) ? null : node.Name;
            if (Records(node, question.Type, zone, name, wildcard, new Choosing(health, draw), reasons) is { } found)
            {
                IReadOnlyList<AnsweredSet> answers = chain is null ? found : [.. chain, .. found];
                return End(DnsEnd.Found, answers, zone, name, wildcard, draw, NameServers(zone, found), Additional(snapshot, found, new Choosing(health, draw), glue: false));
            }

            // 5.
            if (node.Find(RecordType.CNAME) is { } written && question.Type != RecordType.CNAME)
            {
                var alias = RoutingChoice.Choose(written, name, health, draw, reasons);
                DnsReasons.Follow(ref reasons, node, alias, question.Type);
                chain ??= [];
                if (chain.Count == MaxChain || Seen(chain, name)) return End(DnsEnd.Loop, chain, zone, name, wildcard, draw);
                chain.Add(new AnsweredSet(name, alias, zone, wildcard));
                name = alias.Values[0].Target!;
                continue;
            }

            // 6.
            DnsReasons.NoData(ref reasons, node, question.Type);
            return End(DnsEnd.NoData, chain, zone, name, wildcard, draw, Soa(zone));
        }
    }

    /// <summary>The highest name with an NS set between the zone's name, exclusive, and this one, or null. A DS belongs to this side of its own name's.</summary>
    private static ZoneNode? Delegation(Zone zone, DomainName name, RecordType type)
    {
        ZoneNode? highest = null;
        var from = type == RecordType.DS && name.Labels > zone.Name.Labels ? name.Wire[(name.Wire[0] + 1)..] : name.Wire;
        for (var tail = from; tail.Length > zone.Name.Wire.Length; tail = tail[(tail[0] + 1)..])
        {
            if (zone.Find(tail) is { } node && node.Find(RecordType.NS) is not null) highest = node;
        }

        return highest;
    }

    private static ZoneNode? Lookup<TReasons>(Zone zone, DomainName name, TReasons reasons) where TReasons : struct, IReasonSink
    {
        if (zone.Find(name.Wire) is { } exact)
        {
            DnsReasons.Shadowed(ref reasons, zone, name);
            return exact;
        }

        // The zone's own name exists always, so that the walk up ends.
        var tail = name.Wire;
        ZoneNode? closest = null;
        while (closest is null)
        {
            tail = tail[(tail[0] + 1)..];
            closest = zone.Find(tail);
        }

        Span<byte> asterisk = stackalloc byte[DomainName.MaxLength + 2];
        asterisk[0] = 1;
        asterisk[1] = (byte)'*';
        tail.CopyTo(asterisk[2..]);
        var wildcard = zone.Find(asterisk[..(tail.Length + 2)]);
        DnsReasons.Missing(ref reasons, zone, closest, wildcard, name);
        return wildcard;
    }

    private static AnsweredSet[]? Records<TReasons>(ZoneNode node, RecordType type, Zone zone, DomainName owner, DomainName? wildcard, Choosing choosing, TReasons reasons)
        where TReasons : struct, IReasonSink
    {
        DnsReasons.Sets(ref reasons, node, type);
        if (type == RecordType.ANY) return All(node, zone, owner, wildcard, choosing, reasons);
        if (node.Find(type) is not { } written) return null;
        var set = RoutingChoice.Choose(written, owner, choosing.Health, choosing.Draw, reasons);
        return set.Values.Length > 0 ? [new AnsweredSet(owner, set, zone, wildcard)] : null;
    }

    private static AnsweredSet[]? All<TReasons>(ZoneNode node, Zone zone, DomainName owner, DomainName? wildcard, Choosing choosing, TReasons reasons)
        where TReasons : struct, IReasonSink
    {
        var all = node.Sets.Select(s => RoutingChoice.Choose(s, owner, choosing.Health, choosing.Draw, reasons)).Where(s => s.Values.Length > 0)
            .Select(s => new AnsweredSet(owner, s, zone, wildcard)).ToArray();
        return all.Length > 0 ? all : null;
    }

    private static bool Seen(List<AnsweredSet> chain, DomainName name)
    {
        foreach (var link in chain)
        {
            if (link.Owner.Equals(name)) return true;
        }

        return false;
    }

    // 7.
    private static AnsweredSet Soa(Zone zone) => new(zone.Name, zone.Negative, zone);

    private static AnsweredSet? NameServers(Zone zone, AnsweredSet[] found)
    {
        foreach (var answered in found)
        {
            if (ReferenceEquals(answered.Set, zone.NameServers)) return null;
        }

        return new AnsweredSet(zone.Name, zone.NameServers, zone);
    }

    private static List<AnsweredSet> Additional(DnsSnapshot snapshot, AnsweredSet[] found, Choosing choosing, bool glue)
    {
        List<AnsweredSet>? hosts = null;
        foreach (var answered in found)
        {
            var type = answered.Set.Type;
            if (type is not (RecordType.MX or RecordType.NS or RecordType.SRV) && !type.IsServiceBinding()) continue;
            foreach (var value in answered.Set.Values)
            {
                if (Host(answered, value) is not { } host || snapshot.ZoneOf(host, RecordType.A) is not { } zone) continue;
                if (!glue && zone.HasDelegations && Delegation(zone, host, RecordType.A) is not null) continue;
                if (zone.Find(host.Wire) is not { } node || hosts?.Exists(h => h.Owner.Equals(host)) == true) continue;
                foreach (var set in node.Sets)
                {
                    // Of the owner itself the binding is the answer.
                    var wanted = set.Type is RecordType.A or RecordType.AAAA || (set.Type == type && type.IsServiceBinding() && !host.Equals(answered.Owner));
                    if (!wanted) continue;
                    var chosen = RoutingChoice.Choose(set, host, choosing.Health, choosing.Draw, default(NoReasons));
                    if (chosen.Values.Length > 0) (hosts ??= []).Add(new AnsweredSet(host, chosen, zone));
                }
            }
        }

        return hosts ?? None;
    }

    /// <summary>The host whose addresses come with a value (RFC 9460 section 4.1 for service bindings, whose root target is the owner).</summary>
    private static DomainName? Host(AnsweredSet answered, Rdata value) =>
        value.Target ?? (answered.Set.Type.IsServiceBinding() && !ServiceBinding.IsAlias(value) ? answered.Owner : null);

    private static DnsAnswer End(
        DnsEnd end, IReadOnlyList<AnsweredSet>? answers, Zone? zone, DomainName name, DomainName? wildcard, Draw draw,
        AnsweredSet? authority = null, IReadOnlyList<AnsweredSet>? additional = null) => new()
        {
            End = end,
            Answers = answers ?? [],
            Zone = end is DnsEnd.NoZone or DnsEnd.Left ? null : zone,
            Name = name,
            Wildcard = wildcard,
            Authority = authority ?? (end is DnsEnd.Left or DnsEnd.Loop ? new AnsweredSet(zone!.Name, zone.NameServers, zone) : null),
            Additional = additional ?? [],
            Draw = draw,
        };

    /// <summary>What a choice among several record sets reads.</summary>
    private readonly record struct Choosing(HealthReading? Health, Draw Draw);
}
