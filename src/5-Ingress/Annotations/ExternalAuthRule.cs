using System.Collections.Immutable;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>
/// <c>auth-url</c> and its company, or the ConfigMap's <c>global-auth-url</c>: somebody else is asked about each request (ingress-nginx documentation, External Authentication; nginx documentation, Module ngx_http_auth_request_module).
/// </summary>
internal sealed record ExternalAuthRule
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE"];
    private const string Port = "a URL of http or https with a port from 1 to 65535, if any, is wanted";

    /// <summary>Where it is written: <c>auth-url</c>, or <c>global-auth-url</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Who is asked, with variables of nginx.</summary>
    public required NginxTemplate Url { get; init; }

    /// <summary>The URL as written.</summary>
    public required string Written { get; init; }

    /// <summary><c>auth-method</c>; null for GET.</summary>
    public string? Method { get; init; }

    /// <summary><c>auth-signin</c> with the parameter that leads back: where a client without a user is sent; null for 401.</summary>
    public NginxTemplate? Signin { get; init; }

    /// <summary><c>auth-response-headers</c>: what of the answer goes on to the backend.</summary>
    public ImmutableArray<string> ResponseHeaders { get; init; } = [];

    /// <summary><c>auth-request-redirect</c>: the header X-Auth-Request-Redirect; null for the request's own URI.</summary>
    public NginxTemplate? RequestRedirect { get; init; }

    /// <summary><c>auth-proxy-set-headers</c>: what is set on the way to who is asked.</summary>
    public ImmutableArray<KeyValuePair<string, NginxTemplate>> SetHeaders { get; init; } = [];

    /// <summary><c>auth-always-set-cookie</c>: its cookies go with every response, errors included.</summary>
    public bool AlwaysSetCookie { get; init; }

    /// <summary><c>auth-keepalive</c> above 0: connections are kept. Only 200 lets a request pass then, as ingress-nginx's Lua has it.</summary>
    public bool KeepAlive { get; init; }

    /// <summary><c>auth-cache-key</c> and <c>auth-cache-duration</c>; null when nothing is remembered.</summary>
    public AuthCacheRule? Cache { get; init; }

    /// <summary>The annotations, or the ConfigMap's keys with <paramref name="global"/>.</summary>
    internal static ExternalAuthRule? Read(SettingReader reader, CompileContext context, string ns, bool global = false)
    {
        var prefix = global ? "global-" : "";
        var method = reader.Text($"{prefix}auth-method");
        var headers = reader.List($"{prefix}auth-response-headers");
        var param = reader.Text($"{prefix}auth-signin-redirect-param") ?? "rd";
        var signin = reader.Text($"{prefix}auth-signin");
        var redirect = reader.Text($"{prefix}auth-request-redirect");
        var set = HeaderMap.Read(reader, context, $"{prefix}auth-proxy-set-headers", ns, (_, value) =>
            NginxTemplate.Parse(value.Trim(), 0, out var problem, headers: true) is { } filled ? (filled, (string?)null) : (null, $"has a value that can't be used: {problem}"));
        var always = reader.Flag($"{prefix}auth-always-set-cookie") ?? false;
        var kept = global ? 0 : reader.Number("auth-keepalive", int.MinValue, int.MaxValue) ?? 0;
        var cache = AuthCacheRule.Read(reader, prefix);
        if (method is not null && !Methods.Contains(method)) reader.Wrong($"{prefix}auth-method", method, $"one of {string.Join(", ", Methods)} is wanted");
        foreach (var header in headers.Where(h => !HeaderEdits.CanEdit(System.Text.Encoding.UTF8.GetBytes(h)))) reader.Wrong($"{prefix}auth-response-headers", header, "the names of headers between commas are wanted");
        if (signin is not null && !AuthTarget.HasUsablePort(signin)) reader.Wrong($"{prefix}auth-signin", signin, Port);
        if (reader.Text($"{prefix}auth-url") is not { } url) return null;
        if (!IsUrl(url) || !AuthTarget.HasUsablePort(url))
        {
            reader.Wrong($"{prefix}auth-url", url, IsUrl(url) ? Port : "a URL of http or https is wanted");
            return null;
        }

        if (Template(reader, $"{prefix}auth-url", url) is not { } template) return null;
        return new ExternalAuthRule
        {
            Name = $"{prefix}auth-url", Url = template, Written = url, Method = method, Signin = signin is null ? null : Template(reader, $"{prefix}auth-signin", WithWayBack(signin, param), signin), ResponseHeaders = headers,
            RequestRedirect = redirect is null ? null : Template(reader, $"{prefix}auth-request-redirect", redirect), SetHeaders = set, AlwaysSetCookie = always, Cache = cache,
            KeepAlive = kept > 0 && !AuthTarget.HostOf(url).Contains('$', StringComparison.Ordinal),
        };
    }

    /// <summary>As buildAuthSignURL of ingress-nginx's template.go: the URL to come back to is added, unless the parameter is there.</summary>
    private static string WithWayBack(string signin, string param)
    {
        var question = signin.IndexOf('?', StringComparison.Ordinal);
        var back = $"{param}=$pass_access_scheme://$http_host$escaped_request_uri";
        if (question < 0) return $"{signin}?{back}";
        return signin[(question + 1)..].Split('&').Any(p => p.StartsWith(param + "=", StringComparison.Ordinal) && p.Length > param.Length + 1) ? signin : $"{signin}&{back}";
    }

    private static bool IsUrl(string url) =>
        (url.StartsWith("http://", StringComparison.Ordinal) || url.StartsWith("https://", StringComparison.Ordinal) || url.StartsWith("$scheme://", StringComparison.Ordinal))
        && AuthTarget.HostOf(url) is { Length: > 0 } host && !host.Contains("..", StringComparison.Ordinal) && !url.Any(c => c <= ' ');

    private static NginxTemplate? Template(SettingReader reader, string name, string text, string? written = null)
    {
        var template = NginxTemplate.Parse(text, 0, out var problem, headers: true);
        if (template is null) reader.Wrong(name, written ?? text, problem);
        return template;
    }
}
