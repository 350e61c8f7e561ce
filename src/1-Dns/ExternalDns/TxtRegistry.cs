using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Dns;

/// <summary>
/// The TXT records that say whose a record set is (docs/registry/txt.md), as v0.22 names them: the record's type and a hyphen before the host's part of the name, <c>a-www.example.com</c>. That part is what stands
/// before the domain of a <c>--domain-filter</c>, else the first label.
/// </summary>
/// <param name="prefix"><c>--txt-prefix</c>.</param>
/// <param name="suffix"><c>--txt-suffix</c>.</param>
/// <param name="wildcard"><c>--txt-wildcard-replacement</c>, in the place of an asterisk.</param>
/// <param name="domains">The domains of <c>--domain-filter</c>, longest first.</param>
internal sealed class TxtRegistry(string prefix, string suffix, string wildcard, IReadOnlyList<string> domains)
{
    private const string TypeTemplate = "%{record_type}";

    /// <summary>The name of the TXT record of a record set.</summary>
    internal string Name(string name, string type)
    {
        type = type.ToLowerInvariant();
        var domain = domains.FirstOrDefault(d => name == d || name.EndsWith($".{d}", StringComparison.Ordinal));
        var host = name;
        if (domain is not null) host = name.EndsWith($".{domain}", StringComparison.Ordinal) ? name[..^(domain.Length + 1)] : name;
        else if (name.IndexOf('.', StringComparison.Ordinal) is var dot and > 0) (host, domain) = (name[..dot], name[(dot + 1)..]);
        if (host == "*" && wildcard.Length > 0) host = wildcard;
        var inAffix = prefix.Contains(TypeTemplate, StringComparison.OrdinalIgnoreCase) || suffix.Contains(TypeTemplate, StringComparison.OrdinalIgnoreCase);
        var whole = $"{Affix(prefix, type)}{(inAffix ? "" : $"{type}-")}{host}{Affix(suffix, type)}";
        return domain is null ? whole : $"{whole}.{domain}";
    }

    /// <summary>The value of the TXT record of a record set.</summary>
    internal static string Value(string owner, ResourceKey resource) => $"\"heritage=external-dns,external-dns/owner={owner},external-dns/resource={Label(resource)}\"";

    /// <summary>An object as external-dns names it: <c>ingress/shop/api</c>.</summary>
    internal static string Label(ResourceKey resource) => $"{resource.Kind.ToLowerInvariant()}/{resource.Namespace}/{resource.Name}";

    /// <summary>The TXT record of a record set, which shares its routing policy.</summary>
    internal RecordSet Of(RecordSet set, string owner) => set with
    {
        Name = Name(set.Name, set.Type), Type = "TXT", Ttl = Route53Endpoints.StandardTtl, AliasTarget = null, AddressOwners = [], ResourceRecords = [Value(owner, set.MadeFor!.Value)],
    };

    private static string Affix(string affix, string type) => affix.ToLowerInvariant().Replace(TypeTemplate, type, StringComparison.Ordinal);
}
