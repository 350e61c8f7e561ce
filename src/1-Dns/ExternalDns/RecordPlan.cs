using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>
/// What an external-dns changes in the hosted zones, as its planner finds it (docs/contributing/design.md; plan/conflict.go):
/// <list type="number">
/// <item>Endpoints that it doesn't look at, or that no zone is for, are left out.</item>
/// <item>A name that several objects want is given to the one that had it, else to the one with the least targets. Where one is a CNAME and another isn't, the CNAME gives way.</item>
/// <item>What somebody wrote by hand stays as it is.</item>
/// <item>The record sets of a name and the TXT records that say whose they are go into each zone together.</item>
/// <item>What isn't wanted any more goes, unless the policy keeps it.</item>
/// </list>
/// </summary>
internal sealed class RecordPlan(CompileContext context, ExternalDnsSettings settings, ChangeBatch batch, DesiredState previous)
{
    private const string Kinds = "route53.services.k8s.aws";
    private readonly ZoneChoice zones = new(context.State, settings);
    private readonly WrittenRecords written = new(context.State);
    private readonly Dictionary<ResourceKey, Resource<RecordSet>> made = [];

    internal IReadOnlyCollection<Resource<RecordSet>> Make(IEnumerable<DnsEndpoint> endpoints, UnplacedNames unplaced)
    {
        // 1.
        var wanted = endpoints.Where(e => settings.RecordTypes.Contains(e.Type)).Where(e => unplaced.Place(e, zones.WhyNone(e.Name, Pinned(e)))).ToList();
        // An alias of another record set needs that one.
        foreach (var row in wanted.GroupBy(e => (e.Name, e.SetIdentifier)).OrderBy(r => r.Any(e => e.IsAlias)).ToList())
        {
            // 2.
            var chosen = WithoutCnames([.. row]).GroupBy(e => e.Type).Select(Winner).ToList();
            foreach (var zone in chosen.SelectMany(e => zones.Of(e.Name, Pinned(e))).Distinct()) Put(zone, [.. chosen.Where(e => zones.Of(e.Name, Pinned(e)).Contains(zone))]);
        }

        // 5.
        if (settings.Policy != "sync") Keep();
        return made.Values;
    }

    private static string? Pinned(DnsEndpoint endpoint) => endpoint.Source.Annotations["aws-hosted-zone-id"];

    private static List<DnsEndpoint> WithoutCnames(List<DnsEndpoint> row)
    {
        if (!row.Exists(e => e.Type == "CNAME") || row.Find(e => e.Type != "CNAME") is not { } other) return row;
        foreach (var cname in row.Where(e => e.Type == "CNAME"))
        {
            cname.Source.Warn(cname.Field, $"{cname.Name} would be a CNAME of {cname.TargetsText}, and {other.Source.Key} makes it {(other.Type == "A" ? "an A" : $"an {other.Type}")} of {other.TargetsText}; external-dns takes that one, as a CNAME stands alone");
        }

        return [.. row.Where(e => e.Type != "CNAME")];
    }

    private DnsEndpoint Winner(IGrouping<string, DnsEndpoint> candidates)
    {
        var first = candidates.First();
        var had = zones.Of(first.Name, Pinned(first)).Select(z => previous.Find(Key(z.Id, first.Name, first.Type, first.SetIdentifier))?.Value).OfType<RecordSet>().FirstOrDefault()?.MadeFor;
        var winner = candidates.OrderBy(e => e.Source.Key != had).ThenBy(e => e.Targets.Count).ThenBy(e => e.TargetsText, StringComparer.Ordinal).First();
        foreach (var loser in candidates.Where(e => e.Source.Key != winner.Source.Key && (e.TargetsText != winner.TargetsText || e.Ttl != winner.Ttl)))
        {
            loser.Source.Warn(loser.Field, $"{loser.Name} is {winner.Source.Key}'s, {winner.TargetsText}: external-dns gives a name to one object, to that which had it, else to the one with the least targets; this one's {loser.TargetsText} counts for nothing");
        }

        return winner;
    }

    private void Put(HostedZone zone, List<DnsEndpoint> row)
    {
        var sets = row.ConvertAll(e => Made(Route53Endpoints.RecordSet(settings, e, zone, batch), e.Source));
        var first = row[0];
        // 3.
        if (written.Of(zone.Id, first.Name, first.SetIdentifier, settings.RecordTypes) is { } there)
        {
            if (sets.Exists(s => WrittenRecords.SaysTheSame(s.Value, there.Value))) return;
            first.Source.Warn(first.Field, $"{there.Value.Name} {there.Value.Type} is written in {there.Key}{written.OwnedBy(zone.Id, settings.Registry.Name(first.Name, there.Value.Type))}; external-dns changes only what it made itself, so that record set stays and none is made for this object: take one of the two away");
            return;
        }

        // 4.
        if (settings.WritesTxt) sets.AddRange(row.SelectMany(e => Txt(zone, e, sets.Find(s => s.Value.Type == e.Type)!.Value)).ToList());
        if (batch.TryAdd(sets) is { } problem)
        {
            first.Source.Refuse(first.Field, $"Route 53 refuses {problem}. external-dns sends the record sets of a name in one change, so none of {first.Name} comes into hosted zone {zone.Name}");
            return;
        }

        foreach (var set in sets) made.TryAdd(set.Key, set);
    }

    private IEnumerable<Resource<RecordSet>> Txt(HostedZone zone, DnsEndpoint endpoint, RecordSet set)
    {
        var txt = settings.Registry.Of(set, settings.OwnerId);
        if (txt.Name != zone.Name && !txt.Name.EndsWith($".{zone.Name}", StringComparison.Ordinal))
        {
            endpoint.Source.Warn(endpoint.Field, $"the TXT record that says that {endpoint.Name} {endpoint.Type} is external-dns's would be {txt.Name}, outside of hosted zone {zone.Name}, and isn't made; with --domain-filter={zone.Name} or a --txt-prefix that ends with a dot it has another name");
            return [];
        }

        return written.Has(txt) ? [] : [Made(txt, endpoint.Source)];
    }

    private Resource<RecordSet> Made(RecordSet set, DnsSourceObject source)
    {
        var key = Key(set.HostedZoneId, set.Name, set.Type, set.SetIdentifier);
        var had = settings.Policy == "create-only" ? previous.Find(key)?.Value as RecordSet : null;
        return new Resource<RecordSet>(key, had ?? set, DerivedObjects.OriginOf(source.Resource.Origin));
    }

    private void Keep()
    {
        foreach (var had in previous.List<RecordSet>().Where(r => r.Value.MadeFor is not null && IsOwn(r.Key) && !made.ContainsKey(r.Key)).OrderBy(r => r.Value.AliasTarget is not null).ToList())
        {
            if (batch.TryAdd([had]) is not null) continue;
            made.Add(had.Key, had);
            if (had.Value.Type == "TXT") continue;
            context.Warnings.Add(settings.Pod, "spec.containers", $"{had.Value.Name} {had.Value.Type} stays, though {had.Value.MadeFor} doesn't ask for it any more: external-dns's --policy={settings.Policy} deletes nothing. It goes when this road stops");
        }
    }

    // No object's name has a colon.
    private ResourceKey Key(string zone, string name, string type, string? identifier) =>
        new(Kinds, "RecordSet", settings.Pod.Key.Namespace, $"{settings.OwnerId}:{zone}:{name}:{type}{(identifier is null ? "" : $":{identifier}")}");

    private bool IsOwn(ResourceKey key) => key.Namespace == settings.Pod.Key.Namespace && key.Name.StartsWith($"{settings.OwnerId}:", StringComparison.Ordinal);
}
