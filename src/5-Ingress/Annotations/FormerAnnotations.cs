using System.Collections.Frozen;

namespace Usher.Ingress;

/// <summary>Names that real Ingresses carry and that ingress-nginx doesn't have: gone with an old version (its changelog), of its ConfigMap, or of another controller. It ignores them, and they are no slips of others.</summary>
internal static class FormerAnnotations
{
    private const string Ignored = "ingress-nginx ignores it";

    /// <summary>Prefixes that aren't ingress-nginx's, and whose they are.</summary>
    private static readonly (string Prefix, string Why)[] Foreign =
    [
        ("ingress.kubernetes.io/", $"{Ignored}: its annotations begin with {AnnotationTable.Prefix} since 0.9.0"),
        ("nginx.org/", $"{Ignored}: it is one of F5's NGINX Ingress Controller, which is another controller"),
        ("nginx.com/", $"{Ignored}: it is one of F5's NGINX Ingress Controller, which is another controller"),
    ];

    private static readonly FrozenDictionary<string, string> All = new Dictionary<string, string>
    {
        ["secure-backends"] = Gone("0.21.0", "backend-protocol: HTTPS"), ["grpc-backend"] = Gone("0.21.0", "backend-protocol: GRPC"), ["secure-verify-ca-secret"] = Gone("0.27.0", "proxy-ssl-secret"),
        ["add-base-url"] = Gone("0.22.0"), ["base-url-scheme"] = Gone("0.22.0"), ["session-cookie-hash"] = Gone("0.24.0"), ["session-cookie-strategy"] = Gone("0.9.0"), ["mirror-uri"] = Gone("0.28.0", "mirror-target"),
        ["upstream-max-fails"] = Gone("0.25.0", "proxy-next-upstream"), ["upstream-fail-timeout"] = Gone("0.25.0", "proxy-next-upstream"), ["enable-influxdb"] = Gone("1.9.0"),
        ["global-rate-limit"] = Gone("1.12.0", "limit-rps"), ["global-rate-limit-window"] = Gone("1.12.0", "limit-rps"), ["global-rate-limit-key"] = Gone("1.12.0", "limit-rps"),
        ["global-rate-limit-ignored-cidrs"] = Gone("1.12.0", "limit-allowlist"),
        ["proxy-buffers"] = Never("proxy-buffers-number"), ["limit-rpd"] = Never("limit-rpm"), ["grpc-read-timeout"] = Never("proxy-read-timeout"), ["grpc-send-timeout"] = Never("proxy-send-timeout"),
        ["grpc-connect-timeout"] = Never("proxy-connect-timeout"), ["client-max-body-size"] = Never("proxy-body-size"), ["proxy-max-body-size"] = Never("proxy-body-size"), ["client-body-timeout"] = Never("proxy-send-timeout"),
        ["websocket-services"] = Never(null), ["http2-insecure-port"] = Never(null), ["trust-x-forwarded-for"] = Never("use-forwarded-headers of the controller's ConfigMap"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Families of names.</summary>
    private static readonly (string Start, string Why)[] Families = [("influxdb-", Gone("1.9.0")), ("lua-resty-waf", Gone("0.27.0"))];

    /// <summary>What is said of a name of ingress-nginx's prefix; null for one that isn't known here.</summary>
    internal static string? Of(string name) =>
        All.TryGetValue(name, out var why) ? why
        : Families.FirstOrDefault(f => name.StartsWith(f.Start, StringComparison.Ordinal)).Why
        ?? (ConfigMapCompiler.IsKey(name) ? $"is a key of the controller's ConfigMap and no annotation, so {Ignored}" : null);

    /// <summary>What is said of a whole name with a prefix that isn't ingress-nginx's; null for one that nobody takes for its.</summary>
    internal static string? OfForeign(string name)
    {
        foreach (var (prefix, why) in Foreign)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal)) return why;
        }

        return null;
    }

    private static string Gone(string version, string? instead = null) => $"is gone since ingress-nginx {version}, which ignores it{(instead is null ? "" : $"; {instead} is what it has instead")}";

    private static string Never(string? meant) => $"is no annotation of ingress-nginx, which ignores it{(meant is null ? "" : $"; {meant} is what is meant by it")}";
}
