using System.Globalization;
using System.Text;
using Usher.Seam;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>
/// What ingress-nginx sets on the way to a backend (its template's proxy_set_header lines): without <c>use-forwarded-headers</c> it
/// overwrites what the load balancer said, and keeps the client's chain under another name. The trace context is added as its OpenTelemetry module does.
/// </summary>
internal static class NginxHeaders
{
    private static readonly HeaderName OriginalForwardedFor = new("X-Original-Forwarded-For");
    private static readonly HeaderName Proxy = new("Proxy");
    private static readonly HeaderName RequestId = new("X-Request-ID");
    private static readonly HeaderName RealIp = new("X-Real-IP");
    private static readonly HeaderName ForwardedFor = new("X-Forwarded-For");
    private static readonly HeaderName ForwardedHost = new("X-Forwarded-Host");
    private static readonly HeaderName ForwardedPort = new("X-Forwarded-Port");
    private static readonly HeaderName ForwardedProto = new("X-Forwarded-Proto");
    private static readonly HeaderName ForwardedPrefix = new("X-Forwarded-Prefix");
    private static readonly HeaderName ForwardedScheme = new("X-Forwarded-Scheme");
    private static readonly HeaderName Scheme = new("X-Scheme");
    private static readonly HeaderName Format = new("X-Format");
    private static readonly HeaderName OriginalUri = new("X-Original-URI");

    internal static void Apply(RequestPassage passage, IngressDecision decision)
    {
        var request = passage.Exchange.Request;
        var edits = passage.RequestEdits;
        var config = decision.Controller.Config;
        var view = config.ReadsHeaders ? ClientView.Of(decision.Controller, decision.Facts)
            : new ClientView(decision.Facts, decision.Facts.Scheme, passage.Record.Host, decision.Controller.PortText, decision.Facts.Source);
        var source = config.ReadsHeaders ? view.Address.ToString() : passage.Client.Address;
        foreach (var dropped in Dropped(passage, config)) edits.Remove(dropped);
        var chain = Chain(passage, config.ForwardedForHeader);
        if (chain is not null) edits.Set(OriginalForwardedFor, chain);
        else edits.Remove(OriginalForwardedFor);
        // httpoxy: a CGI program would take the client's Proxy header for its HTTP_PROXY.
        edits.Remove(Proxy);
        if (!request.TryGet(RequestId.Bytes, out _)) edits.Set(RequestId, RequestIdOf(passage, decision));
        edits.Set(RealIp, source);
        edits.Set(ForwardedFor, IsFull(config) ? FullChain(chain, decision) : source);
        edits.Set(ForwardedHost, view.Host);
        // A variable without a value is no header (nginx documentation, proxy_set_header).
        if (view.Port.Length > 0) edits.Set(ForwardedPort, view.Port);
        else edits.Remove(ForwardedPort);
        edits.Set(ForwardedProto, view.Scheme);
        edits.Set(ForwardedScheme, view.Scheme);
        edits.Set(Scheme, view.Scheme);
        if (config.OriginalUri) edits.Set(OriginalUri, passage.Record.Target);
        TraceHeaders.Apply(passage);

        Location(passage, decision, view);
    }

    /// <summary>What the location adds: its rewrite, its Host, and what default-backend is told (ingress-nginx documentation, Custom errors).</summary>
    private static void Location(RequestPassage passage, IngressDecision decision, in ClientView view)
    {
        var edits = passage.RequestEdits;
        var route = decision.Choice.Route!;
        if (route.Rewrite is { } rewrite && NormalPath.Of(decision.Facts.Path) is { } uri)
        {
            if (route.Rules.ForwardedPrefix is { } prefix) Prefix(edits, rewrite.Header(prefix, view, uri));
            if (rewrite.Apply(view, uri) is { } target) edits.SetTarget(target);
        }

        if (route.Rules.Auth is not null && !decision.Controller.Config.IsWithoutAuth(route.Path)) edits.Remove("Authorization"u8);
        if (decision.Authorization is { } authorization)
        {
            foreach (var name in authorization.Rule.ResponseHeaders)
            {
                if (authorization.Header(name) is { Length: > 0 } value) edits.Set(name, value);
                else edits.Remove(name);
            }
        }

        foreach (var (name, value) in ClientCertificate.Headers(decision))
        {
            if (value is null) edits.Remove(name);
            else edits.Set(name, value);
        }

        if (route.Vhost is { } vhost) edits.Set("Host", vhost);
        foreach (var (name, value) in decision.Controller.Config.SetHeaders) edits.Set(name, value);
        if (decision.Choice.Role != ReadState.Fallback) return;
        edits.Set("X-Code", "503");
        edits.Set(Format, ClientView.Header(decision.Facts, "Accept") ?? Accept(passage));
        Backend(edits, route);
    }

    private static void Prefix(HeaderEdits edits, string prefix)
    {
        if (prefix.Length > 0) edits.Set(ForwardedPrefix, prefix);
        else edits.Remove(ForwardedPrefix);
    }

    /// <summary>What a default backend is told that is asked for an error's page.</summary>
    internal static void ForErrorPage(RequestPassage passage, IngressDecision decision, int status)
    {
        var edits = passage.RequestEdits;
        var route = decision.Choice.Route!;
        edits.SetTarget(decision.Facts.Query.Length == 0 ? "/" : $"/?{decision.Facts.Query}");
        edits.Set("X-Code", status.ToString(CultureInfo.InvariantCulture));
        edits.Set(Format, Accept(passage));
        edits.Set("X-Original-URI", passage.Record.Target);
        Backend(edits, route);
        edits.Set(RequestId, RequestIdOf(passage, decision));
        edits.Set(ForwardedFor, ClientView.Of(decision.Controller, decision.Facts).Address.ToString());
        TraceHeaders.Apply(passage);
    }

    private static string Accept(RequestPassage passage) => passage.Exchange.Request.TryGet("Accept"u8, out var accept) ? Encoding.Latin1.GetString(accept) : "";

    /// <summary>Whose answer a default backend stands in for.</summary>
    private static void Backend(HeaderEdits edits, RoutePlan route)
    {
        edits.Set("X-Namespace", route.Ingress.Namespace);
        edits.Set("X-Ingress-Name", route.Ingress.Name);
        edits.Set("X-Service-Name", route.Backend.ServiceName);
        edits.Set("X-Service-Port", route.Backend.PortText);
    }

    /// <summary>Headers that nginx drops, since their names have underscores (<c>underscores_in_headers off</c>, <c>ignore_invalid_headers on</c>).</summary>
    internal static IEnumerable<string> Dropped(RequestPassage passage, NginxConfig config)
    {
        if (config.Underscores) return [];
        List<string>? names = null;
        var request = passage.Exchange.Request;
        for (var i = 0; i < request.HeaderCount; i++)
        {
            if (request.Name(i).Contains((byte)'_')) (names ??= []).Add(Encoding.Latin1.GetString(request.Name(i)));
        }

        return names ?? [];
    }

    /// <summary><c>$req_id</c>: the request's X-Request-ID, or one that is drawn for it.</summary>
    internal static string RequestIdOf(RequestPassage passage, IngressDecision decision) => decision.RequestId ??=
        passage.Exchange.Request.TryGet(RequestId.Bytes, out var given) ? Encoding.Latin1.GetString(given) : Random.Shared.GetHexString(32, lowercase: true);

    /// <summary>The X-Forwarded-For that a backend gets.</summary>
    internal static string ForwardedForOf(RequestPassage passage, IngressDecision decision, in ClientView view) =>
        IsFull(decision.Controller.Config) ? FullChain(Chain(passage, decision.Controller.Config.ForwardedForHeader), decision) : view.Address.ToString();

    private static bool IsFull(NginxConfig config) => config is { UseForwardedHeaders: true, ComputeFullForwardedFor: true };

    private static string? Chain(RequestPassage passage, string name) =>
        passage.Exchange.Request.TryGet(name == ForwardedFor.Text ? ForwardedFor.Bytes : Encoding.Latin1.GetBytes(name), out var chain) ? passage.Text(chain) : null;

    /// <summary>The chain with the connection's own address at its end, or with the one that its PROXY header names (<c>$full_x_forwarded_for</c>).</summary>
    private static string FullChain(string? chain, IngressDecision decision)
    {
        var last = decision.Controller.Config.UseProxyProtocol ? decision.Facts.Proxied?.Source.Address.ToString() ?? "" : decision.Facts.Source.ToString();
        return chain is null ? last : $"{chain}, {last}";
    }
}
