using System.Globalization;
using System.Text.RegularExpressions;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.Dns;

/// <summary>
/// What external-dns's provider for Route 53 makes of endpoints (docs/tutorials/aws.md): an alias of type A and one of type AAAA in the place of a CNAME to an AWS name, and the fields of a record set.
/// </summary>
internal static partial class Route53Endpoints
{
    /// <summary>The TTL where nobody says one, seconds.</summary>
    internal const long StandardTtl = 300;

    /// <summary>The endpoints as record sets have them.</summary>
    internal static IEnumerable<DnsEndpoint> Adjusted(ExternalDnsSettings settings, IEnumerable<DnsEndpoint> endpoints)
    {
        foreach (var endpoint in endpoints.SelectMany(e => WithDefaults(settings, e)))
        {
            var alias = endpoint.Source.Annotations["alias"];
            var types = endpoint.Type != "CNAME" ? [] : alias switch
            {
                "true" => ["A", "AAAA"],
                "A" or "AAAA" => [alias],
                null when !settings.PreferCname && IsAwsName(endpoint.Targets[0].Text) => ["A", "AAAA"],
                _ => Array.Empty<string>(),
            };
            if (types.Length == 0) yield return endpoint;
            foreach (var type in types) yield return endpoint with { Type = type, IsAlias = true, Ttl = null };
        }
    }

    /// <summary>The record set of an endpoint in a zone.</summary>
    internal static RecordSet RecordSet(ExternalDnsSettings settings, DnsEndpoint endpoint, HostedZone zone, ChangeBatch batch)
    {
        var set = new RecordSet { HostedZoneId = zone.Id, Name = endpoint.Name, Type = endpoint.Type, MadeFor = endpoint.Source.Key };
        return Routed(endpoint, endpoint.IsAlias
            ? set with { AliasTarget = Alias(settings, endpoint, zone, batch) }
            : set with
            {
                Ttl = endpoint.Ttl ?? settings.MinTtl ?? StandardTtl,
                ResourceRecords = [.. endpoint.Targets.Where(t => t.Owner is null).Select(t => t.Text)],
                AddressOwners = [.. endpoint.Targets.Select(t => t.Owner).OfType<ResourceKey>()],
            });
    }

    private static AliasTarget Alias(ExternalDnsSettings settings, DnsEndpoint endpoint, HostedZone zone, ChangeBatch batch)
    {
        var annotations = endpoint.Source.Annotations;
        var target = endpoint.Targets[0].Text.ToLowerInvariant();
        var balancer = batch.Balancer(target);
        var region = balancer is null ? null : balancer.DnsName.Split('.') is [.., var a, var b, _, _] ? (a == "elb" ? b : a) : null;
        var zoneId = annotations["aws-target-hosted-zone"]
            ?? (balancer is null || region is null ? IsAwsName(target) ? "" : zone.Id
                : (balancer.IsNetwork ? AwsNames.NetworkLoadBalancerZoneId(region) : AwsNames.LoadBalancerZoneId(region)) ?? "");
        return new AliasTarget(target, zoneId, annotations["aws-evaluate-target-health"] is { } written ? written == "true" : settings.EvaluateTargetHealth);
    }

    // Without a set identifier external-dns reads none of these.
    private static RecordSet Routed(DnsEndpoint endpoint, RecordSet set)
    {
        if (endpoint.SetIdentifier is null) return set;
        var annotations = endpoint.Source.Annotations;
        return set with
        {
            SetIdentifier = endpoint.SetIdentifier,
            Weight = annotations["aws-weight"] is { } weight ? Weight(endpoint.Source, weight) : null,
            Failover = annotations["aws-failover"],
            MultiValueAnswer = annotations["aws-multi-value-answer"] is not null,
        };
    }

    private static long Weight(DnsSourceObject source, string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var weight)) return weight;
        source.Warn(source.Annotations.Field("aws-weight"), $"found '{text}'; a number is wanted, so external-dns takes a weight of 0");
        return 0;
    }

    private static IEnumerable<DnsEndpoint> WithDefaults(ExternalDnsSettings settings, DnsEndpoint endpoint)
    {
        if (settings.DefaultTargets.Count == 0 || endpoint.Type == "SRV") return [endpoint];
        if (settings.ForceDefaultTargets) return endpoint.Source.Endpoints(endpoint.Name, endpoint.Field, settings.DefaultTargets.Select(t => new PublishedAddress(t.TrimEnd('.'))));
        endpoint.Source.Warn(endpoint.Field, $"{endpoint.Name} keeps its own targets: external-dns's --default-targets counts only where there are none, unless --force-default-targets");
        return [endpoint];
    }

    /// <summary>Whether AWS has the name in a zone of its own, so that an alias may point there.</summary>
    internal static bool IsAwsName(string name) => AwsName().IsMatch(name);

    [GeneratedRegex(@"(\.elb\.amazonaws\.com|\.elb\.[a-z0-9-]+\.amazonaws\.com|\.vpce\.amazonaws\.com|\.cloudfront\.net|\.awsglobalaccelerator\.com)(\.cn)?\.?$", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex AwsName();
}
