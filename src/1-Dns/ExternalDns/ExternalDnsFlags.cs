namespace Usher.Dns;

/// <summary>What becomes of each flag of external-dns.</summary>
internal enum ExternalDnsFlagState
{
    /// <summary>It does what it does in a cluster.</summary>
    Applied,

    /// <summary>It changes no record set here.</summary>
    Silent,

    /// <summary>It would change record sets, and isn't carried out, which is told.</summary>
    Ignored,
}

/// <summary>The flags of external-dns (v0.22, docs/flags.md) that concern Route 53.</summary>
internal static class ExternalDnsFlags
{
    private static readonly string[] Switches =
    [
        "aws-evaluate-target-health", "aws-prefer-cname", "aws-zone-match-parent", "combine-fqdn-annotation", "force-default-targets", "ignore-hostname-annotation", "ignore-ingress-rules-spec",
        "ignore-ingress-tls-spec", "publish-host-ip", "publish-internal-services", "always-publish-not-ready-addresses", "dry-run",
        "aws-sd-service-cleanup", "emit-events", "events", "exclude-unschedulable", "expose-internal-ipv6", "listen-endpoint-events", "once", "resolve-service-load-balancer-hostname", "txt-encrypt-enabled",
        "txt-new-format-only", "version", "cloudflare-proxied", "create-ptr",
    ];

    private static readonly HashSet<string> Carried =
    [
        .. Switches[..12],
        "annotation-filter", "aws-zone-type", "default-targets", "domain-filter", "exclude-domains", "exclude-record-types", "fqdn-template", "gateway-label-filter", "gateway-name", "gateway-namespace", "ingress-class",
        "label-filter", "managed-record-types", "metrics-address", "min-ttl", "namespace", "policy", "provider", "regex-domain-exclusion", "regex-domain-filter", "registry", "service-type-filter", "source",
        "txt-owner-id", "txt-prefix", "txt-suffix", "txt-wildcard-replacement", "zone-id-filter",
    ];

    private static readonly HashSet<string> WithoutEffect =
    [
        "aws-api-retries", "aws-assume-role", "aws-assume-role-external-id", "aws-batch-change-interval", "aws-batch-change-size", "aws-batch-change-size-bytes", "aws-batch-change-size-values", "aws-profile",
        "aws-zones-cache-duration", "aws-sd-create-tag", "aws-sd-service-cleanup", "emit-events", "events", "exclude-unschedulable", "expose-internal-ipv6", "interval", "kube-api-burst", "kube-api-qps", "kubeconfig",
        "listen-endpoint-events", "log-format", "log-level", "min-event-sync-interval", "once", "provider-cache-time", "request-timeout", "server", "txt-cache-interval", "txt-new-format-only", "version", "zone-name-filter",
    ];

    // Of other providers and sources.
    private static readonly string[] Elsewhere =
    [
        "akamai-", "alibaba-", "azure-", "cf-", "cloudflare-", "connector-", "coredns-", "crd-source-", "exoscale-", "gloo-", "godaddy-", "google-", "inmemory-", "ns1-", "oci-", "openshift-", "ovh-", "pdns-", "pihole-",
        "pod-source-", "rfc2136-", "skipper-", "tls-", "traefik-", "transip-", "webhook-", "dynamodb-",
    ];

    /// <summary>Whether a flag has no value of its own.</summary>
    internal static bool IsSwitch(string name) => Switches.Contains(name, StringComparer.Ordinal);

    /// <summary>Those that are carried out.</summary>
    internal static IReadOnlyCollection<string> Applied => Carried;

    /// <summary>What becomes of a flag.</summary>
    internal static ExternalDnsFlagState Of(string name) =>
        Carried.Contains(name) ? ExternalDnsFlagState.Applied
        : WithoutEffect.Contains(name) || Array.Exists(Elsewhere, p => name.StartsWith(p, StringComparison.Ordinal)) ? ExternalDnsFlagState.Silent
        : ExternalDnsFlagState.Ignored;
}
