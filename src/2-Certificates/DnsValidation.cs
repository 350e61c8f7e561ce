using System.Collections.Immutable;
using Usher.Model.Aws;
using Usher.Model.Road;

namespace Usher.Certificates;

/// <summary>
/// Looks for ACM's CNAME records among the record sets of the desired state (ACM User Guide, "DNS validation"). Only a public hosted zone
/// counts: ACM asks the public DNS, which doesn't see private ones.
/// </summary>
internal sealed class DnsValidation
{
    private readonly AwsScope scope;
    private readonly Dictionary<string, HostedZone> zones;
    private readonly ILookup<string, RecordSet> records;

    internal DnsValidation(CompileContext context)
    {
        scope = context.Scope;
        zones = context.State.All<HostedZone>().Select(z => z.Value).DistinctBy(z => z.Id).ToDictionary(z => z.Id);
        records = context.State.All<RecordSet>().Select(r => r.Value)
            .Where(r => r.Type.Equals("CNAME", StringComparison.OrdinalIgnoreCase) && r.AliasTarget is null && zones.ContainsKey(r.HostedZoneId))
            .ToLookup(r => Normal(r.Name));
    }

    /// <summary>The validation of each name.</summary>
    internal ImmutableArray<DomainValidation> Of(IEnumerable<string> names) => [.. names.Select(Of)];

    private DomainValidation Of(string domain)
    {
        var (name, value) = AwsNames.ValidationRecord(scope, domain);
        return new DomainValidation(domain, name, value, Problem(name, value));
    }

    private string? Problem(string name, string value)
    {
        var found = records[Normal(name)].ToList();
        var seen = found.Where(r => !zones[r.HostedZoneId].PrivateZone).ToList();
        if (seen.Any(r => r.ResourceRecords.Any(v => Normal(v) == Normal(value)))) return null;
        if (seen.Count > 0)
        {
            return $"the record {name} CNAME has the value {string.Join(", ", seen.SelectMany(r => r.ResourceRecords))}; change it to {value}";
        }

        var home = zones.Values
            .Where(z => !z.PrivateZone && $".{Normal(name)}".EndsWith($".{Normal(z.Name)}", StringComparison.Ordinal))
            .MaxBy(z => z.Name.Length);
        var where = home is null
            ? $"a public hosted zone for {name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..]} (there is none here yet)"
            : $"hosted zone {home.Name}";
        var hidden = found.Count > 0 ? $" (it is only in private hosted zone {zones[found[0].HostedZoneId].Name}, which ACM can't see)" : "";
        return $"add to {where} the record {name} CNAME {value}{hidden}";
    }

    private static string Normal(string name) => name.Trim().TrimEnd('.').ToLowerInvariant();
}
