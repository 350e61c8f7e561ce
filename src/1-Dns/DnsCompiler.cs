using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>
/// Hosted zones and record sets → the zones that are served.
/// <list type="number">
/// <item>Zones: their names and ids differ.</item>
/// <item>Record sets, each by itself, into their zones; one for a name and type, or several with a routing policy.</item>
/// <item>A CNAME stands alone at its name.</item>
/// <item>Aliases are filled in.</item>
/// <item>What Route 53 adds: NS and SOA. Private zones are kept apart: only the cluster's DNS, which is asked from inside the VPC, sees them.</item>
/// <item>The load balancers' own names.</item>
/// </list>
/// </summary>
internal sealed class DnsCompiler : IHopCompiler
{
    /// <inheritdoc/>
    public Snapshot Compile(CompileContext context)
    {
        var balancers = new LoadBalancerNames(context);

        // 1.
        var zones = ReadZones(context);

        // 2.
        var reader = new RecordSetReader(context.Errors, context.Addresses);
        foreach (var set in context.State.All<RecordSet>())
        {
            if (zones.GetValueOrDefault(set.Value.HostedZoneId) is { } zone) RoutingGroups.Keep(reader.Read(set, zone), zone, context.Errors);
            else UnknownZone(set, zones.Values, context.Errors);
        }

        var served = new Dictionary<DomainName, Zone>();
        var hidden = new Dictionary<DomainName, Zone>();
        foreach (var zone in zones.Values)
        {
            // 3.
            CheckCnames(zone, context.Errors);

            // 4. and 5.
            var aliases = new AliasResolver(zone, balancers, context.Errors);
            var sets = zone.Sets.Values.Select(s => (s.Name, Set: aliases.Resolve(s))).Where(s => s.Set is not null).Select(s => (s.Name, s.Set!)).ToList();
            var isPrivate = zone.Resource.Value.PrivateZone;
            var (servers, soa) = isPrivate ? (AwsDefaults.PrivateNameServers, AwsDefaults.PrivateSoa) : (AwsDefaults.NameServers(zone.Id), AwsDefaults.Soa(zone.Id));
            var built = ZoneTree.Build(zone.Name, zone.Id, sets, servers, soa, isPrivate: isPrivate);
            var others = isPrivate ? hidden : served;
            if (!others.TryAdd(zone.Name, built))
            {
                context.Errors.Add(zone.Resource, "spec.name",
                    $"{zone.Name} is served by another {(isPrivate ? "private" : "public")} hosted zone here already ({others[zone.Name].Id}); remove one of them");
            }
        }

        // 6.
        foreach (var zone in balancers.Zones())
        {
            if (served.TryAdd(zone.Name, zone)) continue;
            var taken = zones.Values.First(z => z.Name.Equals(zone.Name) && !z.Resource.Value.PrivateZone);
            context.Errors.Add(taken.Resource, "spec.name", $"{zone.Name} is AWS's own zone for the names of load balancers; use a domain of your own");
        }

        return Snapshot.Of(new DnsSnapshot(served.Values, hidden.Values));
    }

    private static Dictionary<string, ZoneDraft> ReadZones(CompileContext context)
    {
        var zones = new Dictionary<string, ZoneDraft>(StringComparer.Ordinal);
        foreach (var resource in context.State.All<HostedZone>())
        {
            var name = DomainName.Parse(resource.Value.Name, out var problem);
            if (name is not null && (name.Labels == 0 || name.IsWildcard)) problem = $"'{name}' is no name of a hosted zone; write a domain such as example.com";
            if (problem is not null) context.Errors.Add(resource, "spec.name", problem);
            else if (!zones.TryAdd(resource.Value.Id, new ZoneDraft(resource, name!)))
            {
                context.Errors.Add(resource, "spec.name", $"{name} has the id {resource.Value.Id}, which {zones[resource.Value.Id].Resource.Key} has already; write the zone once");
            }
        }

        return zones;
    }

    private static void UnknownZone(Resource<RecordSet> set, IEnumerable<ZoneDraft> zones, ErrorList errors)
    {
        var known = string.Join(", ", zones.Select(z => $"{z.Name} ({z.Id})").Order(StringComparer.Ordinal));
        // Whoever wrote the id itself is told about the id.
        var field = set.Origin.FieldLines?.Keys.Any(f => f.Equals("spec.hostedZoneID", StringComparison.OrdinalIgnoreCase)) == true ? "spec.hostedZoneID" : "spec.hostedZoneRef";
        errors.Add(set, field, $"'{set.Value.HostedZoneId}' is no hosted zone here; {(known.Length > 0 ? $"there are {known}" : "there is none, write a HostedZone")}");
    }

    private static void CheckCnames(ZoneDraft zone, ErrorList errors)
    {
        var cnames = zone.Sets.Values.Where(s => s.Type == RecordType.CNAME).ToDictionary(s => s.Name);
        if (cnames.Count == 0) return;
        foreach (var beside in zone.Sets.Values.Where(s => s.Type != RecordType.CNAME && cnames.ContainsKey(s.Name)).GroupBy(s => s.Name))
        {
            var cname = cnames[beside.Key];
            var others = string.Join(", ", beside.Select(s => $"{s.Type} ({s.First.Resource.Key})").Order(StringComparer.Ordinal));
            errors.Add(cname.First.Resource, "spec.recordType", $"{cname.Name} has a CNAME and also {others}; a CNAME stands alone at its name (RFC 1034 section 3.6.2)");
        }
    }
}
