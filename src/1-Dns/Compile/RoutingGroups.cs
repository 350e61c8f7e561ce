using Usher.Model.Desired;

namespace Usher.Dns;

/// <summary>What Route 53 wants of record sets that have the same name and type (Route 53 API, ResourceRecordSet).</summary>
internal static class RoutingGroups
{
    /// <summary>Adds a record set to its zone, or reports why it can't stand beside the others.</summary>
    public static void Keep(SetDraft? draft, ZoneDraft zone, ErrorList errors)
    {
        if (draft is null || zone.Sets.TryAdd((draft.Name, draft.Type), new SetGroup(draft))) return;
        var group = zone.Sets[(draft.Name, draft.Type)];
        if (Problem(draft, group) is var (field, message)) errors.Add(draft.Resource, field, message);
        else group.Members.Add(draft);
    }

    private static (string Field, string Message)? Problem(SetDraft draft, SetGroup group)
    {
        var (policy, first) = (draft.Policy, group.First);
        var what = $"{draft.Name} {draft.Type}";
        if (policy.Kind == RoutingKind.Simple && first.Policy.Kind == RoutingKind.Simple)
        {
            return ("spec.name", $"{what} is written in {first.Resource.Key} already; put all values into one record set, or give each a routing policy and a setIdentifier");
        }

        if (policy.Kind != first.Policy.Kind)
        {
            return ("spec.setIdentifier", $"{what} has {policy.Name} routing here and {first.Policy.Name} routing in {first.Resource.Key}; those of one name and type have the same");
        }

        if (group.Members.Find(m => m.Policy.SetIdentifier == policy.SetIdentifier) is { } same)
        {
            return ("spec.setIdentifier", $"'{policy.SetIdentifier}' is {same.Resource.Key} of {what} already; each has its own");
        }

        if (policy.Kind == RoutingKind.Failover && group.Members.Find(m => m.Policy.IsPrimary == policy.IsPrimary) is { } place)
        {
            return ("spec.failover", $"{place.Resource.Key} is the {(policy.IsPrimary ? "PRIMARY" : "SECONDARY")} of {what} already; there is one of each");
        }

        var (ttl, other) = (draft.Resource.Value.Ttl, group.Members.Find(m => m.Resource.Value.Ttl is not null));
        return policy.Kind == RoutingKind.Weighted && ttl is not null && other is not null && other.Resource.Value.Ttl != ttl
            ? ("spec.ttl", $"{ttl} is not the TTL of {other.Resource.Key}, {other.Resource.Value.Ttl}; weighted record sets of one name and type have the same")
            : null;
    }
}
