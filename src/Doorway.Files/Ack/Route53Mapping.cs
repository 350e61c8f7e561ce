using Usher.Doorway.Files.Binding;
using Usher.Model.Aws;

namespace Usher.Doorway.Files.Ack;

/// <summary>ACK's HostedZone and RecordSet → <see cref="HostedZone"/> and <see cref="RecordSet"/>, with the checks of the Route 53 API.</summary>
internal static class Route53Mapping
{
    private const int MaxName = 253;
    private const int MaxLabel = 63;

    private static readonly string[] Types =
        ["A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SPF", "SRV", "SSHFP", "SVCB", "TLSA", "TXT"];

    internal static HostedZone? Zone(AckManifest manifest, HostedZoneSpec spec, AwsScope scope)
    {
        var name = Absolute(manifest.Required("spec.name", spec.Name, "the zone's domain, as example.com"));
        if (name.Length > 0) CheckName(manifest, name);
        return manifest.IsWrong ? null : new HostedZone
        {
            Id = AwsNames.HostedZoneId(scope, name),
            Name = name,
            PrivateZone = spec.HostedZoneConfig?.PrivateZone == true || spec.Vpc is not null,
        };
    }

    internal static RecordSet? Records(AckManifest manifest, RecordSetSpec spec, AckReferences references)
    {
        RefuseRouting(manifest, spec);
        var zone = references.Resolve(manifest, "HostedZone", "spec.", "hostedZoneID", spec.HostedZoneID, "hostedZoneRef", spec.HostedZoneRef);
        var type = manifest.OneOf("spec.recordType", spec.RecordType, null, Types);
        var name = zone.Target?.Spec is HostedZoneSpec { Name: { } domain } ? OwnerName(manifest, spec.Name, Absolute(domain)) : "";
        var alias = spec.AliasTarget is null ? null : Alias(manifest, spec);
        if (alias is null && spec.AliasTarget is null) CheckValues(manifest, spec);
        return manifest.IsWrong || zone.Id is null ? null : new RecordSet
        {
            HostedZoneId = zone.Id,
            Name = name,
            Type = type,
            Ttl = spec.Ttl,
            ResourceRecords = [.. spec.ResourceRecords?.Select(r => r.Value!) ?? []],
            AliasTarget = alias,
            SetIdentifier = spec.SetIdentifier,
            Weight = spec.Weight,
            Failover = spec.Failover,
            MultiValueAnswer = spec.MultiValueAnswer == true,
        };
    }

    private static void RefuseRouting(AckManifest manifest, RecordSetSpec spec)
    {
        Refuse("region", spec.Region is not null, "latency routing");
        Refuse("geoLocation", spec.GeoLocation is not null, "geolocation routing");
        Refuse("geoProximityLocation", spec.GeoProximityLocation is not null, "geoproximity routing");
        Refuse("cidrRoutingConfig", spec.CidrRoutingConfig is not null, "IP-based routing");
        Refuse("healthCheckID", spec.HealthCheckID is not null, "a Route 53 health check");
        Refuse("healthCheckRef", spec.HealthCheckRef is not null, "a Route 53 health check");
        Refuse("changeBatch", spec.ChangeBatch is not null, "a change batch");

        void Refuse(string field, bool written, string what) =>
            manifest.Refuse($"spec.{field}", written, $"{what} isn't supported; simple, weighted, failover and multivalue answer routing are: take the field away");
    }

    private static AliasTarget? Alias(AckManifest manifest, RecordSetSpec spec)
    {
        var alias = spec.AliasTarget!;
        var target = manifest.Required("spec.aliasTarget.dnsName", alias.DnsName, "the name that the alias points to");
        var zone = manifest.Required("spec.aliasTarget.hostedZoneID", alias.HostedZoneID, "the hosted zone of the name that the alias points to");
        manifest.Refuse("spec.ttl", spec.Ttl is not null, "an alias has no TTL of its own (its target's counts); take the field away");
        manifest.Refuse("spec.resourceRecords", spec.ResourceRecords is { Count: > 0 }, "aliasTarget and resourceRecords are both given; give one");
        return manifest.IsWrong ? null : new AliasTarget(Absolute(target), zone, alias.EvaluateTargetHealth ?? false);
    }

    private static void CheckValues(AckManifest manifest, RecordSetSpec spec)
    {
        if (spec.ResourceRecords is not { Count: > 0 })
        {
            manifest.Error("spec.resourceRecords", "is required: resourceRecords: [{ value: … }], or aliasTarget");
        }

        for (var i = 0; i < spec.ResourceRecords?.Count; i++)
        {
            manifest.Required($"spec.resourceRecords[{i}].value", spec.ResourceRecords[i].Value, "the record's value in presentation format");
        }

        _ = manifest.Range("spec.ttl", spec.Ttl, null, 0, int.MaxValue);
    }

    /// <summary>ACK appends the zone's name to <c>spec.name</c>; a name that ends in it already is absolute, and none is the zone's own.</summary>
    private static string OwnerName(AckManifest manifest, string? written, string zone)
    {
        if (string.IsNullOrEmpty(written)) return zone;
        var name = Absolute(written);
        if (name == zone || name.EndsWith($".{zone}", StringComparison.Ordinal)) return CheckName(manifest, name);
        if (!written.EndsWith('.')) return CheckName(manifest, $"{name}.{zone}");
        manifest.Error("spec.name", $"found {Found.Quote(written)}, which is absolute and not in the zone {zone}; end it in {zone}., or write it without the final dot");
        return name;
    }

    private static string CheckName(AckManifest manifest, string name)
    {
        var labels = name.Split('.');
        var problem =
            name.Length > MaxName ? $"at most {MaxName} characters are allowed"
            : labels.Any(l => l.Length is 0 or > MaxLabel) ? $"each label has 1 to {MaxLabel} characters"
            : name.Any(c => c is <= ' ' or > '~') ? "only ASCII without blanks is allowed"
            : labels.Skip(1).Any(l => l == "*") || labels[0] != "*" && labels[0].Contains('*', StringComparison.Ordinal) ? "* stands for the whole leftmost label only"
            : null;
        if (problem is not null) manifest.Error("spec.name", $"found {Found.Quote(name)}; {problem}");
        return name;
    }

    private static string Absolute(string name) => (name.EndsWith('.') ? name[..^1] : name).ToLowerInvariant();
}
