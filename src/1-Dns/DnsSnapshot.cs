using System.Collections.Immutable;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>Every zone that the name server has the say over. Immutable.</summary>
internal sealed class DnsSnapshot
{
    private readonly Dictionary<DomainName, Zone>.AlternateLookup<ReadOnlySpan<byte>> publicZones;
    private readonly Dictionary<DomainName, Zone>.AlternateLookup<ReadOnlySpan<byte>>? privateZones;
    private readonly bool evaluates;

    /// <param name="zones">The public zones; names differ.</param>
    /// <param name="hidden">Private hosted zones, as long as they aren't seen; names differ.</param>
    public DnsSnapshot(IReadOnlyCollection<Zone> zones, IReadOnlyCollection<Zone> hidden)
        : this(zones, null, [.. hidden.Select(z => z.Name)])
    {
        if (hidden.Count > 0) Inside = new DnsSnapshot(zones, hidden, []);
    }

    private DnsSnapshot(IReadOnlyCollection<Zone> zones, IReadOnlyCollection<Zone>? seen, ImmutableArray<DomainName> hidden)
    {
        publicZones = zones.ToDictionary(z => z.Name, DomainNameComparer.Instance).GetAlternateLookup<ReadOnlySpan<byte>>();
        privateZones = seen?.ToDictionary(z => z.Name, DomainNameComparer.Instance).GetAlternateLookup<ReadOnlySpan<byte>>();
        Zones = [.. zones.Concat(seen ?? []).OrderBy(z => z.Name.ToString(), StringComparer.Ordinal).ThenBy(z => z.Id, StringComparer.Ordinal)];
        Hidden = hidden;
        Inside = this;
        evaluates = Zones.Any(z => z.Nodes.Any(n => n.Sets.Any(s => s.Balancer is not null || s.Members.Any(m => m.Set.Health is not null || m.Set.Balancer is not null))));
    }

    /// <summary>No zone at all: everything is refused.</summary>
    public static DnsSnapshot Empty { get; } = new([], []);

    /// <summary>The zones served, in the order of their names.</summary>
    public ImmutableArray<Zone> Zones { get; }

    /// <summary>Private hosted zones that aren't seen here: only their VPCs see them.</summary>
    public ImmutableArray<DomainName> Hidden { get; }

    /// <summary>
    /// The same as the VPC sees it: a private hosted zone that a name ends with comes before every public one, and what it lacks isn't looked for elsewhere
    /// ("Considerations when working with a private hosted zone" in the Route 53 developer guide).
    /// </summary>
    public DnsSnapshot Inside { get; }

    /// <summary>The targets' health for one decision; null when no record set here asks for it.</summary>
    public HealthReading? ReadHealth(ITargetHealth? targets, Generation generation) => evaluates && targets is not null ? new HealthReading(targets, generation) : null;

    /// <summary>
    /// The zone with the longest name that this one ends with (RFC 1034 section 4.3.2, step 2), or null. A DS of a zone's own name belongs to the zone above it,
    /// unless that isn't here (RFC 4035 section 3.1.4.1).
    /// </summary>
    public Zone? ZoneOf(DomainName name, RecordType type)
    {
        var zone = ZoneOf(name);
        return type == RecordType.DS && zone is not null && zone.Name.Equals(name) && name.Labels > 0 ? ZoneOf(name.Parent) ?? zone : zone;
    }

    private Zone? ZoneOf(DomainName name) => (privateZones is { } first ? Longest(first, name) : null) ?? Longest(publicZones, name);

    private static Zone? Longest(Dictionary<DomainName, Zone>.AlternateLookup<ReadOnlySpan<byte>> zones, DomainName name)
    {
        for (var tail = name.Wire; ; tail = tail[(tail[0] + 1)..])
        {
            if (zones.TryGetValue(tail, out var zone)) return zone;
            if (tail[0] == 0) return null;
        }
    }
}

/// <summary>A hosted zone, or the zone that holds the load balancers' own names.</summary>
internal sealed class Zone
{
    private readonly Dictionary<DomainName, ZoneNode> nodes;
    private readonly Dictionary<DomainName, ZoneNode>.AlternateLookup<ReadOnlySpan<byte>> byTail;

    /// <param name="name">The zone's name.</param>
    /// <param name="id">Its id in Route 53.</param>
    /// <param name="nodes">Every name that exists, with those that exist only because a longer one does (RFC 8499, "empty non-terminal").</param>
    public Zone(DomainName name, string id, Dictionary<DomainName, ZoneNode> nodes)
    {
        Name = name;
        Id = id;
        this.nodes = nodes;
        byTail = nodes.GetAlternateLookup<ReadOnlySpan<byte>>();
        var apex = nodes[name];
        Soa = apex.Find(RecordType.SOA)!;
        NameServers = apex.Find(RecordType.NS)!;
        // RFC 2308 section 3: a negative answer lives for the lower of the SOA's own TTL and its minimum.
        Negative = Soa with { Ttl = Math.Min(Soa.Ttl, Soa.Values[0].SoaMinimum) };
        HasDelegations = nodes.Values.Any(n => n.Find(RecordType.NS) is not null && !n.Name.Equals(name));
    }

    /// <summary>The zone's name.</summary>
    public DomainName Name { get; }

    /// <summary>Its id in Route 53.</summary>
    public string Id { get; }

    /// <summary>True for a private hosted zone, which its VPCs alone see.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>True for the zone of the load balancers' own names, which AWS keeps.</summary>
    public bool OfLoadBalancers { get; init; }

    /// <summary>The start of authority.</summary>
    public CompiledSet Soa { get; }

    /// <summary>The start of authority as it stands under an answer that there is nothing.</summary>
    public CompiledSet Negative { get; }

    /// <summary>The zone's name servers.</summary>
    public CompiledSet NameServers { get; }

    /// <summary>Whether names below the zone's own have NS record sets.</summary>
    public bool HasDelegations { get; }

    /// <summary>Every name that has record sets, in order.</summary>
    public IEnumerable<ZoneNode> Nodes => nodes.Values.Where(n => n.Sets.Length > 0).OrderBy(n => n.Name.ToString(), StringComparer.Ordinal);

    /// <summary>The name, when it exists in this zone.</summary>
    public ZoneNode? Find(ReadOnlySpan<byte> name) => byTail.TryGetValue(name, out var node) ? node : null;
}

/// <summary>A name of a zone and what is there.</summary>
/// <param name="Name">The name; a wildcard's begins with an asterisk.</param>
/// <param name="Sets">Its record sets; none for an empty non-terminal.</param>
internal sealed record ZoneNode(DomainName Name, ImmutableArray<CompiledSet> Sets)
{
    /// <summary>The set of a type, or null.</summary>
    public CompiledSet? Find(RecordType type)
    {
        foreach (var set in Sets)
        {
            if (set.Type == type) return set;
        }

        return null;
    }
}

/// <summary>A record set with everything that an alias stands for filled in.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Ttl">Seconds that a resolver may keep it.</param>
/// <param name="Values">Its values; none for an AAAA alias of a load balancer that has IPv4 addresses only.</param>
internal sealed record CompiledSet(RecordType Type, uint Ttl, ImmutableArray<Rdata> Values)
{
    /// <summary>Who wrote it; null for what Route 53 adds by itself.</summary>
    public ResourceKey? Key { get; init; }

    /// <summary>The object that external-dns made it of; null when somebody wrote it.</summary>
    public ResourceKey? MadeFor { get; init; }

    /// <summary>The record sets that this one stands for, where several have the name and type; empty for a single one.</summary>
    public ImmutableArray<RoutedMember> Members { get; init; } = [];

    /// <summary>What has to be healthy for it to be used among several; null when it is always healthy.</summary>
    public HealthRule? Health { get; init; }

    /// <summary>The load balancer whose nodes' addresses these are, where it has several; null for any other set.</summary>
    public ResourceKey? Balancer { get; init; }

    /// <summary>Nodes of that load balancer whose addresses were left out, because their zones are unhealthy.</summary>
    public IReadOnlyList<FailedZone> LeftOut { get; init; } = [];

    /// <summary>How it was chosen among several; null for a single one.</summary>
    public RoutingPolicy? Chosen { get; init; }

    /// <summary>What an alias points to, and on to the set with the values; empty for a plain record set.</summary>
    public ImmutableArray<DomainName> Aliases { get; init; } = [];
}
