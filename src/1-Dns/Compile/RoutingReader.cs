using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Dns;

/// <summary>Reads a record set's routing policy and reports what Route 53 would refuse in it.</summary>
internal sealed class RoutingReader(ErrorList errors)
{
    private const int MaxWeight = 255;
    private const int MaxIdentifier = 128;

    /// <summary>The policy; null when it can't be used.</summary>
    public RoutingPolicy? Read(Resource<RecordSet> resource, RecordType type)
    {
        var set = resource.Value;
        var fine = true;
        List<(string Field, RoutingKind Kind)> written = [];
        if (set.Weight is not null) written.Add(("spec.weight", RoutingKind.Weighted));
        if (set.Failover is not null) written.Add(("spec.failover", RoutingKind.Failover));
        if (set.MultiValueAnswer) written.Add(("spec.multiValueAnswer", RoutingKind.Multivalue));
        if (written.Count == 0)
        {
            if (set.SetIdentifier is not null) Report("spec.setIdentifier", "is only for record sets with a routing policy; write a weight, failover or multiValueAnswer, or take it away");
            return fine ? RoutingPolicy.Simple : null;
        }

        var (field, kind) = written[0];
        if (written.Count > 1) Report(written[1].Field, $"stands beside {field}; a record set has one routing policy");
        if (set.SetIdentifier is null) Report("spec.setIdentifier", $"is missing; {kind.ToString().ToLowerInvariant()} record sets of one name and type are told apart by it");
        else if (set.SetIdentifier.Length is 0 or > MaxIdentifier) Report("spec.setIdentifier", $"has {set.SetIdentifier.Length} characters; 1–{MaxIdentifier} are allowed");
        if (set.Weight is < 0 or > MaxWeight) Report("spec.weight", $"{set.Weight} is not a weight; it is 0–{MaxWeight}");
        if (set.Failover is not (null or "PRIMARY" or "SECONDARY")) Report("spec.failover", $"'{set.Failover}' is neither PRIMARY nor SECONDARY");
        if (type is RecordType.NS or RecordType.SOA or RecordType.DS) Report(field, $"is not for type {type}, which has simple routing only");
        if (kind == RoutingKind.Multivalue && type == RecordType.CNAME) Report(field, "is not for type CNAME, which has one value; use weighted routing");
        if (kind == RoutingKind.Multivalue && set.AliasTarget is not null) Report(field, "is not for an alias; use weighted or failover routing");
        return fine ? new RoutingPolicy(kind, set.SetIdentifier!) { Weight = (int)(set.Weight ?? 0), IsPrimary = set.Failover == "PRIMARY" } : null;

        void Report(string where, string message)
        {
            errors.Add(resource, where, message);
            fine = false;
        }
    }
}
