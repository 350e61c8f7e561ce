using Usher.Model.Desired;
using Usher.Model.Journeys;

namespace Usher.Dns;

/// <summary>What <see cref="DnsHop"/> considered, in words. Nothing here runs for live questions.</summary>
internal static class DnsReasons
{
    private const int MostNamed = 12;

    public static void Zone<T>(ref T reasons, DnsSnapshot snapshot, Zone zone, DomainName name) where T : struct, IReasonSink
    {
        if (!T.Wanted) return;
        // Only for a DS a longer zone isn't taken.
        var above = snapshot.Zones.Any(z => z != zone && z.Name.Equals(name) && !zone.Name.Equals(name) && z.IsPrivate == zone.IsPrivate);
        reasons.Add(Called(zone), true, above ? $"the zone above {name}, which a DS belongs to (RFC 4035 section 3.1.4.1)" : $"the longest zone that {name} ends with");
        foreach (var other in snapshot.Zones.Where(z => z != zone && name.IsWithin(z.Name)))
        {
            reasons.Add(Called(other), false, zone.IsPrivate && !other.IsPrivate ? "a private hosted zone comes before it"
                : other.Name.Labels > zone.Name.Labels ? "a DS isn't answered by its own zone" : $"{zone.Name} is longer");
        }

        Hidden(ref reasons, snapshot, name);
    }

    public static void NoZone<T>(ref T reasons, DnsSnapshot snapshot, DomainName name) where T : struct, IReasonSink
    {
        if (!T.Wanted) return;
        foreach (var other in snapshot.Zones.Take(MostNamed)) reasons.Add(Called(other), false, $"{name} doesn't end with it");
        Hidden(ref reasons, snapshot, name);
    }

    public static void Delegation<T>(ref T reasons, ZoneNode cut, DomainName name) where T : struct, IReasonSink
    {
        if (!T.Wanted) return;
        var servers = string.Join(", ", cut.Find(RecordType.NS)!.Values.Select(v => v.Text));
        reasons.Add($"{cut.Name} NS", true, $"{(cut.Name.Equals(name) ? "it" : $"{name} is below it, and it")} is delegated to {servers}");
    }

    public static void Shadowed<T>(ref T reasons, Zone zone, DomainName name) where T : struct, IReasonSink
    {
        if (!T.Wanted || name.IsWildcard || name.Equals(zone.Name)) return;
        if (zone.Find([1, (byte)'*', .. name.Parent.Wire]) is { } wildcard)
        {
            reasons.Add(wildcard.Name.ToString(), false, $"{name} exists, and a wildcard answers only for names that don't (RFC 4592)");
        }
    }

    public static void Missing<T>(ref T reasons, Zone zone, ZoneNode closest, ZoneNode? wildcard, DomainName name) where T : struct, IReasonSink
    {
        if (!T.Wanted) return;
        reasons.Add(name.ToString(), false, $"no record set has this name; the closest name that exists is {closest.Name}");
        if (wildcard is not null)
        {
            reasons.Add(wildcard.Name.ToString(), true, $"answers for names below {closest.Name} that don't exist");
            return;
        }

        reasons.Add($"*.{closest.Name}", false, "there is no such wildcard");
        // A wildcard further up is stopped by the name in between, which surprises people.
        for (var up = closest.Name; up.Labels > zone.Name.Labels; up = up.Parent)
        {
            if (zone.Find([1, (byte)'*', .. up.Parent.Wire]) is { } higher && higher != closest) reasons.Add(higher.Name.ToString(), false, $"{closest.Name} exists and stands between (RFC 4592)");
        }

        var nodes = zone.Nodes.Where(n => !zone.OfLoadBalancers || (n.Name != zone.Name && !LoadBalancerNames.IsDualStack(n.Name))).ToList();
        reasons.Add(Called(zone), false, $"has {FirstFew.Of(nodes, MostNamed, n => $"{n.Name} {string.Join('/', n.Sets.Select(s => s.Type.Name()))}")}");
    }

    public static void Sets<T>(ref T reasons, ZoneNode node, RecordType type) where T : struct, IReasonSink
    {
        if (!T.Wanted) return;
        foreach (var set in node.Sets.Where(s => s.Type != RecordType.CNAME || type is RecordType.CNAME or RecordType.ANY))
        {
            var chosen = (type == RecordType.ANY || set.Type == type) && (set.Values.Length > 0 || set.Members.Length > 0);
            var why = set.Members.Length > 0 && chosen ? $"has the name and the type: {set.Members.Length} record set{(set.Members.Length == 1 ? "" : "s")}, {set.Members[0].Policy.Name} routing"
                : set.Type != type && type != RecordType.ANY ? $"is another type than {type.Name()}"
                : !chosen ? $"is an alias of {set.Aliases[^1]}, which has IPv4 addresses only"
                : set.Aliases.Length > 0 ? $"is an alias of {string.Join(", which is one of ", set.Aliases)}"
                : set.Key is null ? "has the name and the type; Route 53 adds it"
                : "has the name and the type";
            reasons.Add(Called(node, set), chosen, why);
        }
    }

    public static void Follow<T>(ref T reasons, ZoneNode node, CompiledSet alias, RecordType type) where T : struct, IReasonSink
    {
        if (T.Wanted) reasons.Add(Called(node, alias), true, $"stands for every type, so that {type.Name()} is asked of {alias.Values[0].Target}");
    }

    public static void NoData<T>(ref T reasons, ZoneNode node, RecordType type) where T : struct, IReasonSink
    {
        if (T.Wanted && node.Sets.Length == 0) reasons.Add(node.Name.ToString(), false, $"has no record set, {type.Name()} or other: it exists because names below it do");
    }

    private static void Hidden<T>(ref T reasons, DnsSnapshot snapshot, DomainName name) where T : struct, IReasonSink
    {
        foreach (var zone in snapshot.Hidden.Where(name.IsWithin))
        {
            reasons.Add($"private hosted zone {zone}", false, "only its VPCs see it, and this name server is asked from outside");
        }
    }

    private static string Called(Zone zone) => zone.OfLoadBalancers ? $"zone {zone.Name} (load balancers' names)" : $"{(zone.IsPrivate ? "private " : "")}hosted zone {zone.Name} ({zone.Id})";

    private static string Called(ZoneNode node, CompiledSet set) => $"{node.Name} {set.Type.Name()}{(set.MadeFor is { } owner ? $" (external-dns, for {owner})" : set.Key is { } key ? $" ({key})" : "")}";
}
