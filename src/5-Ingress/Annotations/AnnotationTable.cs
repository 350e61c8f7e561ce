using System.Collections.Frozen;

namespace Usher.Ingress;

/// <summary>What becomes of an annotation.</summary>
internal enum AnnotationState
{
    /// <summary>It is carried out.</summary>
    Applied,

    /// <summary>It is accepted and changes nothing that this road shows; told as a warning.</summary>
    WithoutEffect,

    /// <summary>It would change where a request goes or what is answered, and isn't supported: an error.</summary>
    Refused,
}

/// <summary>Every annotation of ingress-nginx (its documentation, Annotations) without its prefix, and what becomes of it here.</summary>
internal static class AnnotationTable
{
    internal const string Prefix = "nginx.ingress.kubernetes.io/";
    private const string Snippet = "nginx configuration as text isn't run here; say it with an annotation of its own, or in the application";
    private const string Modsecurity = "there is no web application firewall here";
    private const string Later = "isn't supported yet";
    private const string Buffers = "bodies are streamed here, without buffers on disk";

    private static readonly FrozenDictionary<string, (AnnotationState State, string Why)> All = new Dictionary<string, (AnnotationState, string)>
    {
        ["rewrite-target"] = Applied(), ["use-regex"] = Applied(), ["app-root"] = Applied(), ["ssl-redirect"] = Applied(), ["force-ssl-redirect"] = Applied(),
        ["preserve-trailing-slash"] = Applied(), ["permanent-redirect"] = Applied(), ["permanent-redirect-code"] = Applied(), ["temporal-redirect"] = Applied(),
        ["temporal-redirect-code"] = Applied(), ["relative-redirects"] = Applied(), ["from-to-www-redirect"] = Applied(), ["proxy-body-size"] = Applied(), ["proxy-connect-timeout"] = Applied(),
        ["proxy-read-timeout"] = Applied(), ["proxy-send-timeout"] = Applied(), ["proxy-buffer-size"] = Applied(), ["whitelist-source-range"] = Applied(),
        ["allowlist-source-range"] = Applied(), ["denylist-source-range"] = Applied(), ["enable-cors"] = Applied(), ["cors-allow-origin"] = Applied(),
        ["cors-allow-methods"] = Applied(), ["cors-allow-headers"] = Applied(), ["cors-expose-headers"] = Applied(), ["cors-allow-credentials"] = Applied(),
        ["cors-max-age"] = Applied(), ["canary"] = Applied(), ["canary-weight"] = Applied(), ["canary-weight-total"] = Applied(), ["canary-by-header"] = Applied(),
        ["canary-by-header-value"] = Applied(), ["canary-by-header-pattern"] = Applied(), ["canary-by-cookie"] = Applied(), ["server-alias"] = Applied(),
        ["upstream-vhost"] = Applied(), ["x-forwarded-prefix"] = Applied(), ["default-backend"] = Applied(), ["backend-protocol"] = Applied(),

        ["service-upstream"] = Applied(), ["load-balance"] = Applied(), ["upstream-hash-by"] = Applied(), ["upstream-hash-by-subset"] = Applied(), ["upstream-hash-by-subset-size"] = Applied(),
        ["proxy-buffering"] = Without(Buffers), ["proxy-buffers-number"] = Without(Buffers), ["proxy-busy-buffers-size"] = Without(Buffers),
        ["proxy-request-buffering"] = Without(Buffers), ["proxy-max-temp-file-size"] = Without(Buffers), ["client-body-buffer-size"] = Without(Buffers),
        ["proxy-next-upstream"] = Applied(), ["proxy-next-upstream-timeout"] = Applied(), ["proxy-next-upstream-tries"] = Applied(),
        ["proxy-http-version"] = Without("backends are spoken to in HTTP/1.1"), ["http2-push-preload"] = Without("nginx dropped server push"),
        ["enable-access-log"] = Without("the journeys are the log"), ["enable-rewrite-log"] = Without("the journeys are the log"),
        ["enable-opentelemetry"] = Without("the road's own trace goes with every request"), ["opentelemetry-trust-incoming-span"] = Without("the road's own trace goes with every request"),
        ["opentelemetry-operation-name"] = Without("the road's own trace goes with every request"), ["enable-opentracing"] = Without("ingress-nginx dropped OpenTracing"),
        ["opentracing-trust-incoming-span"] = Without("ingress-nginx dropped OpenTracing"), ["ssl-ciphers"] = Without("the ciphers are this machine's OpenSSL's"),
        ["ssl-prefer-server-ciphers"] = Without("the ciphers are this machine's OpenSSL's"), ["connection-proxy-header"] = Without("connections to backends are kept alive"),
        ["proxy-redirect-from"] = Applied(), ["proxy-redirect-to"] = Applied(),
        ["use-port-in-redirects"] = Without("redirects name no port"), ["limit-rate"] = Applied(), ["limit-rate-after"] = Applied(),

        ["configuration-snippet"] = Refused(Snippet), ["server-snippet"] = Refused(Snippet), ["stream-snippet"] = Refused(Snippet), ["auth-snippet"] = Refused(Snippet),
        ["modsecurity-snippet"] = Refused(Modsecurity), ["enable-modsecurity"] = Refused(Modsecurity), ["enable-owasp-core-rules"] = Refused(Modsecurity), ["modsecurity-transaction-id"] = Refused(Modsecurity),
        ["affinity"] = Applied(), ["affinity-mode"] = Applied(), ["affinity-canary-behavior"] = Applied(), ["session-cookie-name"] = Applied(), ["session-cookie-path"] = Applied(),
        ["session-cookie-domain"] = Applied(), ["session-cookie-expires"] = Applied(), ["session-cookie-max-age"] = Applied(), ["session-cookie-samesite"] = Applied(),
        ["session-cookie-secure"] = Applied(), ["session-cookie-partitioned"] = Applied(), ["session-cookie-change-on-failure"] = Applied(), ["session-cookie-conditional-samesite-none"] = Applied(),
        ["auth-type"] = Applied(), ["auth-secret"] = Applied(), ["auth-secret-type"] = Applied(), ["auth-realm"] = Applied(),
        ["auth-url"] = Applied(), ["auth-signin"] = Applied(), ["auth-signin-redirect-param"] = Applied(), ["auth-method"] = Applied(), ["auth-response-headers"] = Applied(),
        ["auth-request-redirect"] = Applied(), ["auth-cache-key"] = Applied(), ["auth-cache-duration"] = Applied(), ["auth-keepalive"] = Applied(), ["auth-keepalive-requests"] = Without("connections that are kept are the pool's, with its own limits"),
        ["auth-keepalive-timeout"] = Without("connections that are kept are the pool's, with its own limits"), ["auth-keepalive-share-vars"] = Without("connections that are kept are the pool's, with its own limits"), ["auth-proxy-set-headers"] = Applied(), ["auth-always-set-cookie"] = Applied(), ["enable-global-auth"] = Applied(),
        ["auth-tls-secret"] = Applied(), ["auth-tls-verify-client"] = Applied(), ["auth-tls-verify-depth"] = Applied(), ["auth-tls-error-page"] = Applied(),
        ["auth-tls-pass-certificate-to-upstream"] = Applied(), ["auth-tls-match-cn"] = Applied(), ["satisfy"] = Applied(),
        ["limit-rps"] = Applied(), ["limit-rpm"] = Applied(), ["limit-connections"] = Applied(), ["limit-burst-multiplier"] = Applied(), ["limit-whitelist"] = Applied(), ["limit-allowlist"] = Applied(),
        ["custom-http-errors"] = Applied(), ["disable-proxy-intercept-errors"] = Applied(), ["custom-headers"] = Applied(), ["mirror-target"] = Applied(), ["mirror-host"] = Applied(), ["mirror-request-body"] = Applied(),
        ["proxy-cookie-domain"] = Applied(), ["proxy-cookie-path"] = Applied(), ["ssl-passthrough"] = Applied(),
        ["fastcgi-index"] = Refused(Later), ["fastcgi-params-configmap"] = Refused(Later),
        ["proxy-ssl-secret"] = Applied(), ["proxy-ssl-verify"] = Applied(), ["proxy-ssl-verify-depth"] = Applied(), ["proxy-ssl-name"] = Applied(), ["proxy-ssl-server-name"] = Applied(),
        ["proxy-ssl-ciphers"] = Without("the ciphers are this machine's OpenSSL's"), ["proxy-ssl-protocols"] = Applied(),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Annotations that deny the location when they can't be read (NewLocationDenied in ingress-nginx's annotations); for others the Ingress is left out.</summary>
    private static readonly string[] Denying =
        ["auth-url", "auth-method", "auth-response-headers", "auth-cache-duration", "auth-proxy-set-headers", "auth-type", "auth-secret", "auth-secret-type", "auth-tls-secret", "custom-headers", "whitelist-source-range", "allowlist-source-range", "denylist-source-range"];

    /// <summary>Whether the location is denied when this field, or what of a Secret an annotation names, can't be read.</summary>
    internal static bool Denies(string field) => field.StartsWith("data", StringComparison.Ordinal) || (field.LastIndexOf('/') is var slash && field.StartsWith("metadata.annotations." + Prefix, StringComparison.Ordinal) && Denying.Contains(field[(slash + 1)..]));

    /// <summary>Every name, ordered.</summary>
    internal static IEnumerable<string> Names => All.Keys.Order(StringComparer.Ordinal);

    /// <summary>What becomes of an annotation, and why; null for one that ingress-nginx doesn't have.</summary>
    internal static (AnnotationState State, string Why)? Of(string name) => All.TryGetValue(name, out var found) ? found : null;

    private static (AnnotationState, string) Applied() => (AnnotationState.Applied, "");

    private static (AnnotationState, string) Without(string why) => (AnnotationState.WithoutEffect, why);

    private static (AnnotationState, string) Refused(string why) => (AnnotationState.Refused, why);
}
