using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>
/// The hosted zones with the record sets that are written, to which external-dns adds. Route 53 takes the record sets of one change together or, when one can't stand, none of them; so here nothing comes into a zone that would keep the
/// whole road from being compiled.
/// </summary>
internal sealed class ChangeBatch
{
    private readonly CompileContext context;
    private readonly Dictionary<string, ZoneDraft> zones = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LoadBalancer> balancers = new(StringComparer.Ordinal);

    internal ChangeBatch(CompileContext context)
    {
        this.context = context;
        foreach (var balancer in context.State.List<LoadBalancer>()) balancers.TryAdd(balancer.Value.DnsName, balancer.Value);
        foreach (var zone in context.State.List<HostedZone>())
        {
            if (DomainName.Parse(zone.Value.Name, out _) is { } name) zones.TryAdd(zone.Value.Id, new ZoneDraft(zone, name));
        }

        foreach (var set in context.State.List<RecordSet>()) Add(set, out _);
    }

    /// <summary>The load balancer here that has this name, with or without <c>dualstack.</c> in front; null when none has.</summary>
    internal LoadBalancer? Balancer(string name)
    {
        const string dualStack = "dualstack.";
        var bare = name.StartsWith(dualStack, StringComparison.Ordinal) ? name[dualStack.Length..] : name;
        return balancers.GetValueOrDefault(bare);
    }

    /// <summary>Adds record sets; null when all can stand, else why one can't, and none is added.</summary>
    internal string? TryAdd(IEnumerable<Resource<RecordSet>> sets)
    {
        var added = new List<SetDraft>();
        foreach (var set in sets)
        {
            if (Add(set, out var problem) is { } draft) added.Add(draft);
            problem ??= Target(set.Value) ?? Beside(set.Value);
            if (problem is null) continue;
            foreach (var undone in added) Remove(undone);
            return $"{set.Value.Name} {set.Value.Type}: {problem}";
        }

        return null;
    }

    private SetDraft? Add(Resource<RecordSet> set, out string? problem)
    {
        var errors = new ErrorList();
        problem = null;
        if (!zones.TryGetValue(set.Value.HostedZoneId, out var zone))
        {
            problem = $"there is no hosted zone {set.Value.HostedZoneId}";
            return null;
        }

        var draft = new RecordSetReader(errors, context.Addresses).Read(set, zone);
        if (draft is not null) RoutingGroups.Keep(draft, zone, errors);
        if (errors.IsEmpty) return draft;
        problem = string.Join("; ", errors.All.Select(e => $"{e.Field["spec.".Length..]}: {e.Message}"));
        return null;
    }

    private void Remove(SetDraft draft)
    {
        var sets = zones[draft.Resource.Value.HostedZoneId].Sets;
        var group = sets[(draft.Name, draft.Type)];
        group.Members.Remove(draft);
        if (group.Members.Count == 0) sets.Remove((draft.Name, draft.Type));
    }

    /// <summary>Why an alias can't lead where it points.</summary>
    private string? Target(RecordSet set)
    {
        if (set.AliasTarget is not { } alias || Balancer(alias.DnsName) is not null) return null;
        var zone = zones[set.HostedZoneId];
        if (DomainName.Parse(alias.DnsName, out var problem) is not { } target) return problem;
        if (target.IsWithin(zone.Name) && !target.Equals(DomainName.Parse(set.Name, out _)))
        {
            return zone.Sets.ContainsKey((target, RecordTypes.Parse(set.Type)!.Value)) ? null
                : $"hosted zone {zone.Name} has no record set {target} of type {set.Type}, and an alias and its target have the same type; the annotation alias: A makes one of type A alone";
        }

        var here = balancers.Keys.Order(StringComparer.Ordinal).ToList();
        return $"{target} is neither a load balancer here nor another name of hosted zone {zone.Name}, and aliases of other things are not supported; "
            + (here.Count == 0 ? "there is no load balancer here" : $"the load balancers here are {string.Join(", ", here)}");
    }

    private string? Beside(RecordSet set)
    {
        if (DomainName.Parse(set.Name, out _) is not { } name) return null;
        var sets = zones[set.HostedZoneId].Sets;
        if (set.Type != RecordType.CNAME.Name() && !sets.ContainsKey((name, RecordType.CNAME))) return null;
        var others = RecordTypes.Served.Where(t => t.Name() != set.Type && sets.ContainsKey((name, t))).Select(t => t.Name()).ToList();
        return others.Count == 0 ? null : $"a CNAME stands alone at its name (RFC 1034 section 3.6.2), and there is {string.Join(" and ", others)} too";
    }
}
