namespace Usher.Dns;

/// <summary>What becomes of an annotation of external-dns.</summary>
internal enum DnsAnnotationState
{
    /// <summary>It does what it does in a cluster.</summary>
    Applied,

    /// <summary>It is another provider's or source's.</summary>
    Silent,

    /// <summary>It would change what is answered, and Route 53 here doesn't have it: the object gets no record sets.</summary>
    Refused,
}

/// <summary>The annotations of external-dns (docs/annotations/annotations.md, docs/tutorials/aws.md), without prefix. docs/external-dns.md lists them.</summary>
internal static class DnsAnnotationTable
{
    private static readonly string[] Applied =
    [
        "access", "alias", "aws-evaluate-target-health", "aws-failover", "aws-hosted-zone-id", "aws-multi-value-answer", "aws-target-hosted-zone", "aws-weight", "controller", "endpoints-type", "gateway-hostname-source", "hostname",
        "ingress-hostname-source", "internal-hostname", "set-identifier", "target", "ttl",
    ];

    private static readonly string[] Refused =
    [
        "aws-geolocation-continent-code", "aws-geolocation-country-code", "aws-geolocation-subdivision-code", "aws-geoproximity-bias", "aws-geoproximity-coordinates", "aws-geoproximity-local-zone-group",
        "aws-geoproximity-region", "aws-health-check-id", "aws-region",
    ];

    private static readonly string[] Silent = ["ingress", "record-type"];
    private static readonly string[] Elsewhere = ["azure-", "cloudflare-", "coredns-", "scw-", "webhook-"];

    /// <summary>All names.</summary>
    internal static IReadOnlyList<string> Names { get; } = [.. Applied, .. Refused, .. Silent];

    /// <summary>What becomes of one; null when external-dns has none of the name.</summary>
    internal static DnsAnnotationState? Of(string name) =>
        Applied.Contains(name, StringComparer.Ordinal) ? DnsAnnotationState.Applied
        : Refused.Contains(name, StringComparer.Ordinal) ? DnsAnnotationState.Refused
        : Silent.Contains(name, StringComparer.Ordinal) || Array.Exists(Elsewhere, p => name.StartsWith(p, StringComparison.Ordinal)) ? DnsAnnotationState.Silent
        : null;
}
