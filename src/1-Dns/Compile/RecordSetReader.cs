using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>
/// Reads one record set and reports what Route 53 would refuse in it by itself (<c>InvalidChangeBatch</c>): name, type, TTL, values and what an alias may not
/// have beside it.
/// </summary>
internal sealed class RecordSetReader(ErrorList errors, AddressPlan addresses)
{
    // Route 53 API, ResourceRecordSet; quotas from "Quotas on records" in the developer guide.
    private const long MaxTtl = int.MaxValue;
    private const int MaxValues = 400;
    private const int MaxCharacters = 32000;

    /// <summary>The record set, or null when it can't be used.</summary>
    public SetDraft? Read(Resource<RecordSet> resource, ZoneDraft zone)
    {
        var set = resource.Value;
        if (DomainName.Parse(set.Name, out var problem) is not { } name)
        {
            errors.Add(resource, "spec.name", problem!);
            return null;
        }

        var fine = CheckName(resource, name, zone);
        if (ReadType(resource) is not { } type) return null;
        fine &= CheckPlace(resource, name, type, zone);
        if (new RoutingReader(errors).Read(resource, type) is not { } policy) (fine, policy) = (false, RoutingPolicy.Simple);
        var draft = new SetDraft(resource, name, type) { Policy = policy };
        var read = set.AliasTarget is null ? ReadValues(resource, draft) : ReadAlias(resource, draft);
        if (fine && read is not null) return read;
        zone.Broken.Add((name, type));
        return null;
    }

    private bool CheckName(Resource<RecordSet> resource, DomainName name, ZoneDraft zone)
    {
        if (name.IsWithin(zone.Name)) return true;
        errors.Add(resource, "spec.name", $"{name} is not in hosted zone {zone.Name}; a record set's name is that of its zone or ends with it");
        return false;
    }

    private RecordType? ReadType(Resource<RecordSet> resource)
    {
        var written = resource.Value.Type;
        if (RecordTypes.Parse(written) is { } type) return type;
        errors.Add(resource, "spec.recordType", $"'{written}' is no record type of Route 53's; there are {string.Join(", ", RecordTypes.Served)}");
        return null;
    }

    private bool CheckPlace(Resource<RecordSet> resource, DomainName name, RecordType type, ZoneDraft zone)
    {
        var atApex = name.Equals(zone.Name);
        var (field, problem) = type switch
        {
            RecordType.CNAME when atApex =>
                ("spec.recordType", $"a CNAME can't stand at the name of its zone, {name}, which has NS and SOA; use an alias record set of type A"),
            RecordType.SOA when !atApex => ("spec.recordType", $"an SOA stands at the name of its zone only, {zone.Name}"),
            RecordType.DS when atApex =>
                ("spec.recordType", $"a DS stands in the zone above, where {name} is delegated, and not at the zone's own name (RFC 4035 section 2.4)"),
            RecordType.NS when zone.Resource.Value.PrivateZone && !atApex =>
                ("spec.recordType", $"a private hosted zone can't delegate {name}: an NS stands at its own name only, {zone.Name}"),
            RecordType.NS when name.IsWildcard => ("spec.name", $"{name} NS is a wildcard; Route 53 has no wildcards of type NS"),
            _ => ("", null),
        };
        if (problem is null) return true;
        errors.Add(resource, field, problem);
        return false;
    }

    private SetDraft? ReadValues(Resource<RecordSet> resource, SetDraft draft)
    {
        var set = resource.Value;
        var fine = true;
        if (set.Ttl is null) Report("spec.ttl", "is missing; a record set that is no alias has a TTL in seconds, such as 300");
        else if (set.Ttl is < 0 or > MaxTtl) Report("spec.ttl", string.Create(CultureInfo.InvariantCulture, $"{set.Ttl} is not a number of seconds from 0 to {MaxTtl}"));
        var count = set.ResourceRecords.Count;
        if (count == 0 && set.AddressOwners.Count == 0) Report("spec.resourceRecords", "is missing; write at least one value, or an aliasTarget");
        else if (count > 1 && draft.Type is RecordType.CNAME or RecordType.SOA) Report("spec.resourceRecords", $"has {count} values; a {draft.Type} has one");
        else if (count > MaxValues) Report("spec.resourceRecords", $"has {count} values; at most {MaxValues} are allowed");
        else if (set.ResourceRecords.Sum(v => v.Length) is > MaxCharacters and var length)
        {
            Report("spec.resourceRecords", $"has {length} characters; Route 53 takes at most {MaxCharacters} in one change");
        }

        var values = ImmutableArray.CreateBuilder<Rdata>(count);
        for (var i = 0; i < count; i++)
        {
            if (RecordValue.Parse(draft.Type, set.ResourceRecords[i], out var problem) is not { } value) Report($"spec.resourceRecords[{i}].value", problem!);
            else if (values.Any(v => v.Bytes.SequenceEqual(value.Bytes))) Report($"spec.resourceRecords[{i}].value", $"{value.Text} is written twice; write it once");
            else values.Add(value);
        }

        // One that was just derived has no address yet when the record set is made, but when it is compiled.
        foreach (var address in set.AddressOwners.Select(o => addresses.Find(o)?.Bound).OfType<IPAddress>()) values.Add(new Rdata(address.GetAddressBytes(), address.ToString()));
        return fine ? draft with { Values = values.ToImmutable() } : null;

        void Report(string field, string message)
        {
            errors.Add(resource, field, message);
            fine = false;
        }
    }

    private SetDraft? ReadAlias(Resource<RecordSet> resource, SetDraft draft)
    {
        var set = resource.Value;
        var fine = true;
        if (set.Ttl is not null) Report("spec.ttl", "an alias has no TTL of its own; leave it away: the target's counts");
        if (set.ResourceRecords.Count > 0) Report("spec.resourceRecords", "an alias has no values of its own; leave them or the aliasTarget away");
        if (draft.Type is RecordType.NS or RecordType.SOA) Report("spec.recordType", $"Route 53 has no aliases of type {draft.Type}");
        var target = DomainName.Parse(set.AliasTarget!.DnsName, out var problem);
        if (target is null) Report("spec.aliasTarget.dnsName", problem!);
        return fine ? draft with { AliasOf = target } : null;

        void Report(string field, string message)
        {
            errors.Add(resource, field, message);
            fine = false;
        }
    }
}
