using System.Collections.Immutable;
using System.Security.Authentication;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>A controller's ConfigMap → its settings.</summary>
internal sealed class ConfigMapCompiler(CompileContext context)
{
    /// <summary>Keys that are carried out.</summary>
    private static readonly HashSet<string> Applied =
    [
        "use-forwarded-headers", "enable-real-ip", "compute-full-forwarded-for", "forwarded-for-header", "proxy-real-ip-cidr", "ssl-redirect", "force-ssl-redirect", "preserve-trailing-slash",
        "http-redirect-code", "no-tls-redirect-locations", "hsts", "hsts-max-age", "hsts-include-subdomains", "hsts-preload", "use-http2", "ssl-protocols", "proxy-body-size",
        "proxy-connect-timeout", "proxy-read-timeout", "proxy-send-timeout", "proxy-buffer-size", "whitelist-source-range", "allowlist-source-range", "denylist-source-range",
        "allow-backend-server-header", "enable-underscores-in-headers", "proxy-add-original-uri-header", "proxy-set-headers", "add-headers", "hide-headers",
        "use-proxy-protocol", "service-upstream", "load-balance", "proxy-next-upstream", "proxy-next-upstream-tries", "proxy-next-upstream-timeout", "retry-non-idempotent", "global-auth-url", "global-auth-method", "global-auth-signin", "global-auth-signin-redirect-param", "global-auth-response-headers", "global-auth-request-redirect", "global-auth-cache-key",
        "global-auth-cache-duration", "global-auth-always-set-cookie", "no-auth-locations", "custom-http-errors", "disable-proxy-intercept-errors", "global-allowed-response-headers", "proxy-cookie-domain", "proxy-cookie-path", "proxy-redirect-from",
        "proxy-redirect-to", "relative-redirects", "limit-rate", "limit-rate-after",
    ];

    /// <summary>Keys about logs, processes, memory and compression, which change nothing on this road.</summary>
    private static readonly HashSet<string> WithoutEffect =
    [
        "access-log-path", "http-access-log-path", "stream-access-log-path", "access-log-params", "error-log-path", "error-log-level", "disable-access-log", "disable-http-access-log",
        "enable-access-log-for-default-backend", "log-format-upstream", "log-format-stream", "log-format-escape-json", "log-format-escape-none", "skip-access-log-urls", "enable-syslog", "syslog-host", "syslog-port",
        "worker-processes", "worker-cpu-affinity", "worker-shutdown-timeout", "max-worker-connections", "max-worker-open-files", "enable-multi-accept", "reuse-port", "enable-aio-write",
        "map-hash-bucket-size", "server-name-hash-max-size", "server-name-hash-bucket-size", "proxy-headers-hash-max-size", "proxy-headers-hash-bucket-size", "variables-hash-bucket-size",
        "variables-hash-max-size", "use-gzip", "gzip-level", "gzip-min-length", "gzip-types", "gzip-disable", "enable-brotli", "brotli-level", "brotli-min-length", "brotli-types", "ssl-buffer-size", "ssl-session-cache", "ssl-session-cache-size",
        "ssl-session-tickets", "ssl-session-timeout", "ssl-session-ticket-key", "ssl-early-data", "ssl-ciphers", "ssl-ecdh-curve", "ssl-dh-param", "ssl-reject-handshake", "client-header-buffer-size", "client-body-buffer-size", "proxy-buffers-number",
        "proxy-busy-buffers-size", "proxy-max-temp-file-size", "proxy-buffering", "proxy-request-buffering", "upstream-keepalive-connections", "upstream-keepalive-timeout", "upstream-keepalive-time", "upstream-keepalive-requests",
        "server-tokens", "allow-snippet-annotations", "annotations-risk-level", "annotation-value-word-blocklist", "limit-conn-zone-variable", "default-type",
        "enable-opentelemetry", "otlp-collector-host", "otlp-collector-port", "otel-service-name", "otel-sampler", "otel-sampler-ratio", "otel-sampler-parent-based", "otel-max-queuesize", "otel-schedule-delay-millis",
        "otel-max-export-batch-size", "opentelemetry-trust-incoming-span", "opentelemetry-operation-name", "opentelemetry-config", "generate-request-id", "proxy-stream-timeout", "proxy-stream-next-upstream",
        "proxy-stream-next-upstream-timeout", "proxy-stream-next-upstream-tries", "proxy-stream-responses", "proxy-protocol-header-timeout", "bind-address", "nginx-status-ipv4-whitelist", "nginx-status-ipv6-whitelist", "lua-shared-dicts", "disable-ipv6", "disable-ipv6-dns",
        "http2-max-field-size", "http2-max-header-size", "http2-max-requests", "http2-max-concurrent-streams", "enable-serial-reloads",
    ];

    /// <summary>Keys that would change what reaches a backend or a client, and aren't carried out.</summary>
    private static readonly HashSet<string> NotCarriedOut =
    [
        "main-snippet", "http-snippet", "server-snippet", "stream-snippet", "location-snippet", "enable-modsecurity", "enable-owasp-modsecurity-crs", "modsecurity-snippet", 
        "global-auth-snippet", 
        "block-cidrs", "block-user-agents", "block-referers", "use-geoip2",
        "limit-req-status-code", "limit-conn-status-code",
        "proxy-http-version", "proxy-ssl-location-only", "keep-alive", "keep-alive-requests", "client-header-timeout", "client-body-timeout", "large-client-header-buffers", "ignore-invalid-headers", "debug-connections", "global-rate-limit-memcached-host",
        "hide-server-header",
    ];

    /// <summary>A controller's settings: its ConfigMap's, and of its arguments what changes how annotations are read.</summary>
    internal NginxConfig Compile(ControllerImage image) => Compile(image.ConfigMap) is var config && image.ValidatesAnnotations ? config : config with { ValidatesAnnotations = false };

    /// <summary>The settings of a ConfigMap, <c>namespace/name</c>; the defaults when it isn't there, as the controller starts without it too.</summary>
    private NginxConfig Compile(string? name)
    {
        if (name is null || Find(name) is not { } map) return NginxConfig.Default;
        var data = map.Value.Data ?? new Dictionary<string, string>();
        var reader = new SettingReader(key => data.TryGetValue(key, out var text) ? text : null, (key, message) => context.Refuse(map, $"data.{key}", $"{message}. The key counts as if it weren't there"));
        var config = Read(reader, map);
        foreach (var key in data.Keys.Order(StringComparer.Ordinal)) Check(map, key);
        return config with { Source = name, Keys = [.. reader.Used] };
    }

    private NginxConfig Read(SettingReader reader, Resource<V1ConfigMap> map)
    {
        var standard = NginxConfig.Default;
        var allowed = reader.Ranges("whitelist-source-range");
        return standard with
        {
            UseForwardedHeaders = reader.Flag("use-forwarded-headers") ?? standard.UseForwardedHeaders,
            UseProxyProtocol = reader.Flag("use-proxy-protocol") ?? standard.UseProxyProtocol,
            EnableRealIp = reader.Flag("enable-real-ip") ?? standard.EnableRealIp,
            ComputeFullForwardedFor = reader.Flag("compute-full-forwarded-for") ?? standard.ComputeFullForwardedFor,
            ForwardedForHeader = Header(reader, "forwarded-for-header") ?? standard.ForwardedForHeader,
            ProxyRealIp = reader.Ranges("proxy-real-ip-cidr") is { Length: > 0 } trusted ? trusted : standard.ProxyRealIp,
            SslRedirect = reader.Flag("ssl-redirect") ?? standard.SslRedirect,
            ForceSslRedirect = reader.Flag("force-ssl-redirect") ?? standard.ForceSslRedirect,
            PreserveTrailingSlash = reader.Flag("preserve-trailing-slash") ?? standard.PreserveTrailingSlash,
            RelativeRedirects = reader.Flag("relative-redirects") ?? standard.RelativeRedirects,
            RedirectCode = RedirectCode(reader) ?? standard.RedirectCode,
            NoTlsRedirect = reader.List("no-tls-redirect-locations") is { Length: > 0 } paths ? [.. paths.Select(Octets.Of)] : standard.NoTlsRedirect,
            Hsts = Hsts(reader),
            StrictPathTypes = reader.Flag("strict-validate-path-type") ?? standard.StrictPathTypes,
            CrossNamespace = reader.Flag("allow-cross-namespace-resources") ?? standard.CrossNamespace,
            Http2 = reader.Flag("use-http2") ?? standard.Http2,
            SslProtocols = Protocols(reader) ?? standard.SslProtocols,
            BodySize = reader.Size("proxy-body-size") ?? standard.BodySize,
            ConnectTimeout = reader.Seconds("proxy-connect-timeout") ?? standard.ConnectTimeout,
            ReadTimeout = reader.Seconds("proxy-read-timeout") ?? standard.ReadTimeout,
            SendTimeout = reader.Seconds("proxy-send-timeout") ?? standard.SendTimeout,
            BufferSize = ProxyRules.BufferSize(reader) ?? standard.BufferSize,
            Allowed = allowed.IsEmpty ? reader.Ranges("allowlist-source-range") : allowed,
            Denied = reader.Ranges("denylist-source-range"),
            BackendServerHeader = reader.Flag("allow-backend-server-header") ?? standard.BackendServerHeader,
            Underscores = reader.Flag("enable-underscores-in-headers") ?? standard.Underscores,
            OriginalUri = reader.Flag("proxy-add-original-uri-header") ?? standard.OriginalUri,
            SetHeaders = Headers(reader, map, "proxy-set-headers"),
            AddHeaders = Headers(reader, map, "add-headers"),
            ErrorPages = ErrorPageRule.StatusesOf(reader) is { Length: > 0 } statuses ? new ErrorPageRule(statuses, reader.Flag("disable-proxy-intercept-errors") != true, "custom-http-errors of the controller's ConfigMap") : null,
            AllowedResponseHeaders = reader.List("global-allowed-response-headers"),
            Rewrites = ResponseRewrites.Read(reader, null),
            Pace = PaceRule.Read(reader, null),
            GlobalAuth = ExternalAuthRule.Read(reader, context, map.Key.Namespace, global: true),
            NoAuth = reader.List("no-auth-locations") is { Length: > 0 } open ? [.. open.Select(Octets.Of)] : standard.NoAuth,
            HideHeaders = [.. reader.List("hide-headers").Where(h => CanEdit(h))],
            Next = NextUpstream.Read(reader, standard.Next),
            Balance = BalanceRule.ReadShared(reader, standard.Balance, (key, message) => context.Warnings.Add(map, $"data.{key}", message)),
        };
    }

    /// <summary>Whether ingress-nginx's ConfigMap has a key.</summary>
    internal static bool IsKey(string key) => Applied.Contains(key) || WithoutEffect.Contains(key) || NotCarriedOut.Contains(key);

    private void Check(Resource<V1ConfigMap> map, string key)
    {
        if (Applied.Contains(key) || WithoutEffect.Contains(key)) return;
        if (NotCarriedOut.Contains(key))
        {
            context.Warnings.Add(map, $"data.{key}", "isn't carried out: requests go on as if it weren't there");
            return;
        }

        var near = NearestWord.Of(key, Applied.Concat(NotCarriedOut).Concat(WithoutEffect));
        if (near is null) context.Warnings.Add(map, $"data.{key}", "is no key of ingress-nginx, which ignores it too");
        else context.Refuse(map, $"data.{key}", $"is no key of ingress-nginx, which ignores it; did you mean {near}?");
    }

    private static string? Hsts(SettingReader reader)
    {
        var on = reader.Flag("hsts") ?? true;
        var age = reader.Number("hsts-max-age", 0, int.MaxValue) ?? 31_536_000;
        var subdomains = reader.Flag("hsts-include-subdomains") ?? true;
        var preload = reader.Flag("hsts-preload") ?? false;
        return on ? FormattableString.Invariant($"max-age={age}{(subdomains ? "; includeSubDomains" : "")}{(preload ? "; preload" : "")}") : null;
    }

    private static int? RedirectCode(SettingReader reader)
    {
        if (reader.Number("http-redirect-code", 300, 399) is not { } code) return null;
        if (code is 301 or 302 or 307 or 308) return code;
        reader.Wrong("http-redirect-code", $"{code}", "301, 302, 307 or 308 is wanted");
        return null;
    }

    private static SslProtocols? Protocols(SettingReader reader)
    {
        if (reader.Text("ssl-protocols") is not { } text) return null;
        var protocols = SslProtocols.None;
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            // TLS 1.0 and 1.1 are never offered: this machine's OpenSSL doesn't speak them by default.
            if (word == "TLSv1.2") protocols |= SslProtocols.Tls12;
            else if (word == "TLSv1.3") protocols |= SslProtocols.Tls13;
            else if (word is not ("TLSv1" or "TLSv1.1")) reader.Wrong("ssl-protocols", word, "TLSv1.2 and TLSv1.3 are wanted");
        }

        return protocols == SslProtocols.None ? null : protocols;
    }

    private static string? Header(SettingReader reader, string name)
    {
        if (reader.Text(name) is not { } header) return null;
        if (CanEdit(header)) return header;
        reader.Wrong(name, header, "a header's name is wanted");
        return null;
    }

    /// <summary>The headers of another ConfigMap that a key names.</summary>
    private ImmutableArray<KeyValuePair<string, string>> Headers(SettingReader reader, Resource<V1ConfigMap> map, string key)
    {
        if (reader.Text(key) is not { } name) return [];
        if (Find(name) is not { } found)
        {
            context.Refuse(map, $"data.{key}", $"found '{name}'; there is no ConfigMap of that namespace/name");
            return [];
        }

        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (var (header, value) in (found.Value.Data ?? new Dictionary<string, string>()).OrderBy(h => h.Key, StringComparer.Ordinal))
        {
            if (!CanEdit(header)) context.Refuse(found, $"data.{header}", "is no header that can be set: a header's name is wanted, and none that frames a message");
            else if (value.Contains('$', StringComparison.Ordinal)) context.Refuse(found, $"data.{header}", $"found '{value}'; variables of nginx aren't supported in headers");
            else headers.Add(new(header, Octets.Of(value.Trim())));
        }

        return headers.ToImmutable();
    }

    private static bool CanEdit(string header) => HeaderEdits.CanEdit(System.Text.Encoding.UTF8.GetBytes(header));

    private Resource<V1ConfigMap>? Find(string name)
    {
        var (space, own) = NamespacedName.Of(name, "");
        return context.State.Find<V1ConfigMap>(space, own);
    }
}
