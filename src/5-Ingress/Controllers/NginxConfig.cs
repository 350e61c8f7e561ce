using System.Collections.Immutable;
using System.Net;

namespace Usher.Ingress;

/// <summary>What a controller's ConfigMap says, with ingress-nginx's defaults for the rest (ingress-nginx, ConfigMap).</summary>
internal sealed record NginxConfig
{
    internal static readonly NginxConfig Default = new();

    /// <summary>The ConfigMap that it was read from, <c>namespace/name</c>; null for the defaults.</summary>
    public string? Source { get; init; }

    /// <summary>The keys that were read, for people.</summary>
    public ImmutableArray<string> Keys { get; init; } = [];

    /// <summary><c>use-forwarded-headers</c>: believes X-Forwarded-For, -Proto, -Port and -Host.</summary>
    public bool UseForwardedHeaders { get; init; }

    /// <summary><c>use-proxy-protocol</c>: every connection to its ports begins with a PROXY header, and the client is who that names.</summary>
    public bool UseProxyProtocol { get; init; }

    /// <summary><c>enable-real-ip</c>: takes the client's address, and nothing else, from the header.</summary>
    public bool EnableRealIp { get; init; }

    /// <summary><c>compute-full-forwarded-for</c>: with <see cref="UseForwardedHeaders"/>, appends to X-Forwarded-For.</summary>
    public bool ComputeFullForwardedFor { get; init; }

    /// <summary><c>forwarded-for-header</c>.</summary>
    public string ForwardedForHeader { get; init; } = "X-Forwarded-For";

    /// <summary><c>proxy-real-ip-cidr</c>: whose header is believed.</summary>
    public ImmutableArray<IPNetwork> ProxyRealIp { get; init; } = [new IPNetwork(IPAddress.Any, 0)];

    /// <summary><c>ssl-redirect</c>.</summary>
    public bool SslRedirect { get; init; } = true;

    /// <summary><c>force-ssl-redirect</c>.</summary>
    public bool ForceSslRedirect { get; init; }

    /// <summary><c>preserve-trailing-slash</c>.</summary>
    public bool PreserveTrailingSlash { get; init; }

    /// <summary><c>relative-redirects</c>: nginx's <c>absolute_redirect off</c>.</summary>
    public bool RelativeRedirects { get; init; }

    /// <summary><c>http-redirect-code</c>, of the redirects to https and to or from www.</summary>
    public int RedirectCode { get; init; } = 308;

    /// <summary><c>no-tls-redirect-locations</c>: paths that begin so are never redirected to https.</summary>
    public ImmutableArray<string> NoTlsRedirect { get; init; } = ["/.well-known/acme-challenge"];

    /// <summary>The Strict-Transport-Security header of <c>hsts</c>, <c>hsts-max-age</c>, <c>hsts-include-subdomains</c> and <c>hsts-preload</c>; null when it is off.</summary>
    public string? Hsts { get; init; } = "max-age=31536000; includeSubDomains";

    /// <summary><c>use-http2</c>, on the HTTPS port.</summary>
    public bool Http2 { get; init; } = true;

    /// <summary><c>ssl-protocols</c>.</summary>
    public System.Security.Authentication.SslProtocols SslProtocols { get; init; } =
        System.Security.Authentication.SslProtocols.Tls12 | System.Security.Authentication.SslProtocols.Tls13;

    /// <summary><c>proxy-body-size</c> in bytes; 0 for no limit.</summary>
    public long BodySize { get; init; } = 1024 * 1024;

    /// <summary><c>strict-validate-path-type</c>: paths of Exact and Prefix have letters, digits and <c>. _ - /</c> alone (ValidatePathType of ingress-nginx's inspector).</summary>
    public bool StrictPathTypes { get; init; } = true;

    /// <summary><c>--enable-annotation-validation</c>, an argument of the controller's that is true unless it says false: annotations have only characters that ingress-nginx's validators.go lets them have.</summary>
    public bool ValidatesAnnotations { get; init; } = true;

    /// <summary><c>allow-cross-namespace-resources</c>: annotations may name Secrets of other namespaces.</summary>
    public bool CrossNamespace { get; init; }

    /// <summary><c>proxy-connect-timeout</c>.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary><c>proxy-read-timeout</c>.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary><c>proxy-send-timeout</c>.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary><c>proxy-buffer-size</c> in bytes: a response's head has to fit.</summary>
    public int BufferSize { get; init; } = 4 * 1024;

    /// <summary><c>whitelist-source-range</c>; empty for everybody.</summary>
    public ImmutableArray<IPNetwork> Allowed { get; init; } = [];

    /// <summary><c>denylist-source-range</c>.</summary>
    public ImmutableArray<IPNetwork> Denied { get; init; } = [];

    /// <summary><c>allow-backend-server-header</c>: whether a backend's Server header reaches the client.</summary>
    public bool BackendServerHeader { get; init; }

    /// <summary><c>enable-underscores-in-headers</c>: whether header names with underscores are passed on.</summary>
    public bool Underscores { get; init; }

    /// <summary><c>proxy-add-original-uri-header</c>: X-Original-URI.</summary>
    public bool OriginalUri { get; init; }

    /// <summary><c>proxy-set-headers</c>: what the named ConfigMap sets on the way to every backend.</summary>
    public ImmutableArray<KeyValuePair<string, string>> SetHeaders { get; init; } = [];

    /// <summary><c>add-headers</c>: what the named ConfigMap sets in every response.</summary>
    public ImmutableArray<KeyValuePair<string, string>> AddHeaders { get; init; } = [];

    /// <summary><c>hide-headers</c>: what of a backend's response doesn't reach the client.</summary>
    public ImmutableArray<string> HideHeaders { get; init; } = [];

    /// <summary><c>global-auth-url</c> and its company: who is asked about requests of every location that says nothing else; null for nobody.</summary>
    public ExternalAuthRule? GlobalAuth { get; init; }

    /// <summary><c>custom-http-errors</c> and <c>disable-proxy-intercept-errors</c>; null for none.</summary>
    public ErrorPageRule? ErrorPages { get; init; }

    /// <summary><c>global-allowed-response-headers</c>: which headers <c>custom-headers</c> of an Ingress may set.</summary>
    public ImmutableArray<string> AllowedResponseHeaders { get; init; } = [];

    /// <summary><c>proxy-cookie-domain</c>, <c>proxy-cookie-path</c>, <c>proxy-redirect-from</c> and <c>-to</c>, for what an Ingress doesn't say.</summary>
    public ResponseRewrites? Rewrites { get; init; }

    /// <summary><c>limit-rate</c> and <c>limit-rate-after</c>, for what an Ingress doesn't say.</summary>
    public PaceRule? Pace { get; init; }

    /// <summary><c>no-auth-locations</c>: paths that begin so want no user.</summary>
    public ImmutableArray<string> NoAuth { get; init; } = ["/.well-known/acme-challenge"];

    /// <summary>Whether nobody is asked for a user at a path.</summary>
    internal bool IsWithoutAuth(string path) => BeginsWithOneOf(NoAuth, path);

    /// <summary>Whether a path is served in the plain, whatever says that it is redirected to TLS.</summary>
    internal bool IsServedPlainly(string path) => BeginsWithOneOf(NoTlsRedirect, path);

    /// <summary><c>service-upstream</c> and <c>load-balance</c>.</summary>
    public BalanceRule Balance { get; init; } = BalanceRule.Default;

    /// <summary><c>proxy-next-upstream</c>, <c>proxy-next-upstream-tries</c>, <c>proxy-next-upstream-timeout</c>, and <c>retry-non-idempotent</c>.</summary>
    public NextUpstream Next { get; init; } = NextUpstream.Default;

    /// <summary>Whether a decision reads request headers whatever the route.</summary>
    public bool ReadsHeaders => UseForwardedHeaders || EnableRealIp || UseProxyProtocol;

    /// <summary>Why an Ingress may not name a Secret of a namespace; null where it may.</summary>
    internal string? Crosses(string own, string other) => CrossNamespace || own == other ? null
        : $"cross namespace usage of secrets is not allowed: the Ingress is in namespace {own}, and allow-cross-namespace-resources of the controller's ConfigMap isn't true";

    private static bool BeginsWithOneOf(ImmutableArray<string> prefixes, string path)
    {
        foreach (var prefix in prefixes)
        {
            if (path.StartsWith(prefix, StringComparison.Ordinal)) return true;
        }

        return false;
    }
}
