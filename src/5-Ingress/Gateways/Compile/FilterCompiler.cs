using System.Collections.Immutable;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.Ingress.Gateways;

/// <summary>What the filters of a rule or of a backend come to. One that isn't supported breaks what it is written in: a filter is never passed over (Gateway API, HTTPRouteFilter).</summary>
internal sealed class FilterCompiler(BackendRefs backends, in ResourceKey route, bool isGrpc, Resource<Gateway>? gateway)
{
    private readonly ResourceKey route = route;

    /// <summary>Why a filter can't be carried out; null where all can.</summary>
    internal Condition? Wrong { get; private set; }

    /// <summary>Where a copy would go nowhere; null where none would.</summary>
    internal Condition? Unresolved { get; private set; }

    internal HeaderFilter? RequestHeaders { get; private set; }

    internal HeaderFilter? ResponseHeaders { get; private set; }

    internal RedirectFilter? Redirect { get; private set; }

    internal RewriteFilter? Rewrite { get; private set; }

    internal CorsFilter? Cors { get; private set; }

    internal ImmutableArray<MirrorFilter> Mirrors { get; private set; } = [];

    internal FilterCompiler Read(IEnumerable<HttpRouteFilter> filters, string field)
    {
        foreach (var (filter, i) in filters.Select((f, i) => (f, i)))
        {
            switch (filter.Type)
            {
                case "RequestHeaderModifier": RequestHeaders = Headers(filter.RequestHeaderModifier!, $"{field}[{i}]"); break;
                case "ResponseHeaderModifier": ResponseHeaders = Headers(filter.ResponseHeaderModifier!, $"{field}[{i}]"); break;
                case "RequestRedirect": Redirect = Of(filter.RequestRedirect!); break;
                case "URLRewrite": Rewrite = new RewriteFilter(filter.UrlRewrite!.Hostname?.ToLowerInvariant(), Path(filter.UrlRewrite.Path)); break;
                case "CORS": Cors = Of(filter.Cors!); break;
                case "RequestMirror": Mirror(filter.RequestMirror!, $"{field}[{i}]"); break;
                default: Unsupported(filter.Type, filter.ExtensionRef, $"{field}[{i}]"); break;
            }
        }

        return this;
    }

    private HeaderFilter Headers(HttpHeaderFilter filter, string field)
    {
        var names = filter.Set.Concat(filter.Add).Select(h => h.Name).Concat(filter.Remove);
        if (names.FirstOrDefault(n => !HeaderEdits.CanEdit(System.Text.Encoding.UTF8.GetBytes(n))) is { } codecs)
            Wrong ??= new Condition("Accepted", false, "UnsupportedValue", $"{field}: header {codecs} frames the message or steers its connection, and can't be changed");
        return new HeaderFilter([.. filter.Set.Select(Octeted)], [.. filter.Add.Select(Octeted)], [.. filter.Remove]);

        static KeyValuePair<string, string> Octeted(HttpHeader header) => new(header.Name, Octets.Of(header.Value));
    }

    private static RedirectFilter Of(HttpRequestRedirectFilter filter) => new(filter.Scheme, filter.Hostname?.ToLowerInvariant(), Path(filter.Path), filter.Port, filter.StatusCode);

    private static CorsFilter Of(HttpCorsFilter filter) =>
        new(filter.AllowOrigins, filter.AllowMethods, filter.AllowHeaders, filter.ExposeHeaders, filter.AllowCredentials == true, filter.MaxAge);

    private static PathChange? Path(HttpPathModifier? modifier) => modifier switch
    {
        null => null,
        { Type: "ReplacePrefixMatch" } => new PathChange(modifier.ReplacePrefixMatch ?? "", IsPrefix: true),
        _ => new PathChange(modifier.ReplaceFullPath ?? "", IsPrefix: false),
    };

    private void Mirror(HttpRequestMirrorFilter filter, string field)
    {
        var (backend, unresolved) = backends.Resolve(route, filter.BackendRef!, 1, isGrpc, gateway);
        if (unresolved is not null) Unresolved ??= unresolved with { Message = $"{field}: {unresolved.Message}" };
        // A copy that would go nowhere isn't sent; the request itself goes on.
        if (backend.Invalid is not null) return;
        var (numerator, denominator) = filter.Fraction is { } fraction ? (fraction.Numerator, fraction.Denominator) : (filter.Percent ?? 100, 100);
        Mirrors = Mirrors.Add(new MirrorFilter(backend, numerator, denominator));
    }

    private void Unsupported(string type, LocalObjectReference? extension, string field) => Unresolved = Wrong ??= extension is null
        ? new Condition("Accepted", false, "UnsupportedValue", $"{field}: filter {type} isn't supported")
        : new Condition("ResolvedRefs", false, "InvalidKind", $"{field}: {extension.Kind} ({extension.Group}) {extension.Name} is a controller's own filter, which Usher doesn't have");
}
