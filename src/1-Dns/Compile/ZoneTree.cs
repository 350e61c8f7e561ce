
namespace Usher.Dns;

/// <summary>Record sets → a zone in which every name between a record set and the zone's own exists (RFC 4592 section 2.2.2).</summary>
internal static class ZoneTree
{
    /// <summary>Builds a zone.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="id">Its id.</param>
    /// <param name="sets">Its record sets, each with its owner; one for a name and type.</param>
    /// <param name="nameServers">The NS that count when none are written.</param>
    /// <param name="soa">The SOA that counts when none is written.</param>
    /// <param name="ofLoadBalancers">True for the zone of the load balancers' own names.</param>
    /// <param name="isPrivate">True for a private hosted zone.</param>
    public static Zone Build(
        DomainName name, string id, IEnumerable<(DomainName Owner, CompiledSet Set)> sets, CompiledSet nameServers, CompiledSet soa,
        bool ofLoadBalancers = false, bool isPrivate = false)
    {
        var byOwner = new Dictionary<DomainName, List<CompiledSet>>(DomainNameComparer.Instance) { [name] = [] };
        foreach (var (owner, set) in sets)
        {
            for (var up = owner; !byOwner.ContainsKey(up); up = up.Parent) byOwner[up] = [];
            byOwner[owner].Add(set);
        }

        var apex = byOwner[name];
        if (!apex.Exists(s => s.Type == RecordType.NS)) apex.Add(nameServers);
        if (!apex.Exists(s => s.Type == RecordType.SOA)) apex.Add(soa);
        var nodes = new Dictionary<DomainName, ZoneNode>(byOwner.Count, DomainNameComparer.Instance);
        foreach (var (owner, found) in byOwner) nodes[owner] = new ZoneNode(owner, found.Count == 1 ? [found[0]] : [.. found.OrderBy(s => s.Type)]);
        return new Zone(name, id, nodes) { OfLoadBalancers = ofLoadBalancers, IsPrivate = isPrivate };
    }
}
