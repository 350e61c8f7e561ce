using Usher.Model.Desired;

namespace Usher.Dns;

/// <summary>
/// Fills aliases in: with the address of a load balancer, or with another record set of the same zone (Route 53 API, AliasTarget). <c>EvaluateTargetHealth</c>
/// counts where several have a name and type: of one alone, Route 53 answers that one, healthy or not.
/// </summary>
internal sealed class AliasResolver(ZoneDraft zone, LoadBalancerNames balancers, ErrorList errors)
{
    // Null while a set is being resolved, and for one that can't be.
    private readonly Dictionary<SetGroup, CompiledSet?> resolved = new(ReferenceEqualityComparer.Instance);

    /// <summary>The sets of one name and type with their aliases filled in; null when that can't be, which is then reported.</summary>
    public CompiledSet? Resolve(SetGroup group)
    {
        if (resolved.TryGetValue(group, out var known)) return known;
        resolved[group] = null;
        var sets = group.Members.ConvertAll(m => m.AliasOf is null ? m.Compile() : ResolveAlias(m, m.AliasOf));
        if (sets.Contains(null)) return null;
        return resolved[group] = group.First.Policy.Kind == RoutingKind.Simple ? sets[0] : new CompiledSet(group.Type, 0, [])
        {
            Members = [.. group.Members.Zip(sets, (member, set) => new RoutedMember(member.Policy, set!)).OrderBy(m => m.Policy.SetIdentifier, StringComparer.Ordinal)],
        };
    }

    private CompiledSet? ResolveAlias(SetDraft draft, DomainName target)
    {
        if (balancers.Find(target) is { } addresses) return OfLoadBalancer(draft, target, addresses);
        if (target.IsWithin(zone.Name)) return OfRecordSet(draft, target);
        errors.Add(draft.Resource, "spec.aliasTarget.dnsName", target.ToString().EndsWith(".elb.amazonaws.com", StringComparison.Ordinal)
            ? $"no load balancer here has the name {target}; {balancers.All}"
            : $"{target} is neither a load balancer here nor a name of hosted zone {zone.Name}, and aliases of other things are not supported; {balancers.All}");
        return null;
    }

    private CompiledSet? OfLoadBalancer(SetDraft draft, DomainName target, CompiledSet addresses)
    {
        var fine = true;
        var zoneId = draft.Resource.Value.AliasTarget!.HostedZoneId;
        if (balancers.ZoneOf(target) is ({ } right, var kind) && zoneId != right)
        {
            errors.Add(draft.Resource, "spec.aliasTarget.hostedZoneID", $"'{zoneId}' is not the hosted zone of {kind} in {balancers.Region}; write {right}");
            fine = false;
        }

        if (draft.Type is not (RecordType.A or RecordType.AAAA))
        {
            errors.Add(draft.Resource, "spec.recordType", $"an alias of a load balancer is of type A or AAAA, not {draft.Type}");
            fine = false;
        }

        if (!fine) return null;
        // Load balancers here have IPv4 addresses only (ipAddressType ipv4): their AAAA is an answer without records.
        var set = draft.Type == RecordType.A ? addresses : addresses with { Type = RecordType.AAAA, Values = [], Balancer = null };
        return set with { Key = draft.Resource.Key, MadeFor = draft.Resource.Value.MadeFor, Aliases = [target], Health = Evaluates(draft) ? balancers.HealthOf(target) : null };
    }

    private CompiledSet? OfRecordSet(SetDraft draft, DomainName target)
    {
        var zoneId = draft.Resource.Value.AliasTarget!.HostedZoneId;
        if (zoneId != zone.Id)
        {
            errors.Add(draft.Resource, "spec.aliasTarget.hostedZoneID", $"'{zoneId}' is not the hosted zone of {target}; an alias of a record set is in the same zone: write {zone.Id}");
            return null;
        }

        if (!zone.Sets.TryGetValue((target, draft.Type), out var aimed))
        {
            if (zone.Broken.Contains((target, draft.Type))) return null;
            var there = zone.Sets.Values.Where(s => s.Name.Equals(target)).Select(s => s.Type.ToString()).Order(StringComparer.Ordinal).ToList();
            errors.Add(draft.Resource, "spec.aliasTarget.dnsName",
                $"hosted zone {zone.Name} has no record set {target} of type {draft.Type}{(there.Count > 0 ? $", only {string.Join(", ", there)}" : "")}; an alias and its target have the same type");
            return null;
        }

        if (LeadsTo(aimed, draft))
        {
            errors.Add(draft.Resource, "spec.aliasTarget.dnsName", $"{target} leads back to {draft.Name}; an alias ends at values or at a load balancer");
            return null;
        }

        return Resolve(aimed) is { } set
            ? set with { Key = draft.Resource.Key, MadeFor = draft.Resource.Value.MadeFor, Aliases = [target, .. set.Aliases], Health = Evaluates(draft) ? HealthRule.Of(set) : null } : null;
    }

    private static bool Evaluates(SetDraft draft) => draft.Resource.Value.AliasTarget!.EvaluateTargetHealth;

    /// <summary>Whether aliases lead from these sets to one.</summary>
    private bool LeadsTo(SetGroup from, SetDraft to)
    {
        var seen = new HashSet<SetGroup>(ReferenceEqualityComparer.Instance);
        var left = new Stack<SetGroup>([from]);
        while (left.TryPop(out var at))
        {
            if (!seen.Add(at)) continue;
            foreach (var member in at.Members)
            {
                if (ReferenceEquals(member, to)) return true;
                if (member.AliasOf is { } next && zone.Sets.TryGetValue((next, member.Type), out var group)) left.Push(group);
            }
        }

        return false;
    }
}
