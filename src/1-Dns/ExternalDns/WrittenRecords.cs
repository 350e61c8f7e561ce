using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Dns;

/// <summary>The record sets that somebody wrote.</summary>
internal sealed class WrittenRecords(DesiredState state)
{
    private const string Owner = "external-dns/owner=";
    private readonly ILookup<(string Zone, string Name), Resource<RecordSet>> sets = state.List<RecordSet>().Where(r => r.Value.MadeFor is null).ToLookup(r => (r.Value.HostedZoneId, r.Value.Name));

    /// <summary>One that has the name, of a type that external-dns looks at; null without one.</summary>
    internal Resource<RecordSet>? Of(string zone, string name, string? identifier, IReadOnlySet<string> types) =>
        sets[(zone, name)].FirstOrDefault(r => types.Contains(r.Value.Type) && r.Value.SetIdentifier == identifier);

    /// <summary>Whether a TXT record is there just so.</summary>
    internal bool Has(RecordSet txt) => sets[(txt.HostedZoneId, txt.Name)].Any(r => SaysTheSame(txt, r.Value));

    /// <summary>Whose a record set is by the TXT record of this name, in words; empty without one.</summary>
    internal string OwnedBy(string zone, string txt)
    {
        var value = sets[(zone, txt)].SelectMany(r => r.Value.ResourceRecords).FirstOrDefault(v => v.Contains(Owner, StringComparison.Ordinal));
        return value is null ? "" : $" ({txt} says that it is of external-dns {value[(value.IndexOf(Owner, StringComparison.Ordinal) + Owner.Length)..].Split(',', '"')[0]})";
    }

    /// <summary>Whether one answers as the other.</summary>
    internal static bool SaysTheSame(RecordSet one, RecordSet other) =>
        one.Type == other.Type && one.AliasTarget?.DnsName == other.AliasTarget?.DnsName && one.Ttl == other.Ttl && one.ResourceRecords.SequenceEqual(other.ResourceRecords, StringComparer.Ordinal) && one.AddressOwners.Count == 0;
}
