using System.Globalization;
using System.Text;
using Usher.Seam;

namespace Usher.Ingress;

/// <summary>
/// What ingress-nginx sets on the way to a backend (its template's proxy_set_header lines): without <c>use-forwarded-headers</c> it
/// overwrites what the load balancer said, and keeps the client's chain under another name. The trace context is added as its OpenTelemetry module does.
/// </summary>
internal static class NginxHeaders
{
    internal static void Apply(RequestPassage passage, IngressDecision decision)
    {
        var request = passage.Exchange.Request;
        var edits = passage.RequestEdits;
        var config = decision.Controller.Config;
        var view = config.ReadsHeaders ? ClientView.Of(decision.Controller, decision.Facts)
            : new ClientView(decision.Facts, decision.Facts.Scheme, passage.Record.Host, decision.Controller.PortText, decision.Facts.Source);
        var source = config.ReadsHeaders ? view.Address.ToString() : passage.Client.Address;
        if (!config.Underscores) Underscores(passage);
        var chain = Chain(request, config.ForwardedForHeader);
        if (chain is not null) edits.Set("X-Original-Forwarded-For", chain);
        else edits.Remove("X-Original-Forwarded-For"u8);
        // httpoxy: a CGI program would take the client's Proxy header for its HTTP_PROXY.
        edits.Remove("Proxy"u8);
        if (!request.TryGet("X-Request-ID"u8, out _)) edits.Set("X-Request-ID", Random.Shared.GetHexString(32, lowercase: true));
        edits.Set("X-Real-IP", source);
        edits.Set("X-Forwarded-For", config is { UseForwardedHeaders: true, ComputeFullForwardedFor: true } ? FullChain(chain, decision) : source);
        edits.Set("X-Forwarded-Host", view.Host);
        edits.Set("X-Forwarded-Port", view.Port);
        edits.Set("X-Forwarded-Proto", view.Scheme);
        edits.Set("X-Forwarded-Scheme", view.Scheme);
        edits.Set("X-Scheme", view.Scheme);
        if (config.OriginalUri) edits.Set("X-Original-URI", passage.Record.Target);
        if (passage.Record.TraceId is { } trace && TraceParent.TraceIdOf(request) is null)
        {
            edits.Set("traceparent", TraceParent.Format(trace, (ulong)Random.Shared.NextInt64(1, long.MaxValue)));
        }

        Location(passage, decision, view);
    }

    /// <summary>What the location adds: its rewrite, its Host, and what default-backend is told (ingress-nginx documentation, Custom errors).</summary>
    private static void Location(RequestPassage passage, IngressDecision decision, in ClientView view)
    {
        var edits = passage.RequestEdits;
        var route = decision.Choice.Route!;
        if (route.Rewrite is { } rewrite && NormalPath.Of(decision.Facts.Path) is { } uri)
        {
            if (route.Rules.ForwardedPrefix is { } prefix) edits.Set("X-Forwarded-Prefix", prefix);
            if (rewrite.Apply(view, uri) is { } target) edits.SetTarget(target);
        }

        if (route.Rules.Auth is not null) edits.Remove("Authorization"u8);
        if (route.Vhost is { } vhost) edits.Set("Host", vhost);
        foreach (var (name, value) in decision.Controller.Config.SetHeaders) edits.Set(name, value);
        if (decision.Choice.Role != ReadState.Fallback) return;
        edits.Set("X-Code", "503");
        edits.Set("X-Format", ClientView.Header(decision.Facts, "Accept") ?? (passage.Exchange.Request.TryGet("Accept"u8, out var accept) ? Encoding.Latin1.GetString(accept) : ""));
        edits.Set("X-Namespace", route.Ingress.Namespace);
        edits.Set("X-Ingress-Name", route.Ingress.Name);
        edits.Set("X-Service-Name", route.Backend.Front.Service.Name);
        edits.Set("X-Service-Port", route.Backend.Front.Declared.Port.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>nginx drops headers whose names have underscores (<c>underscores_in_headers off</c>, <c>ignore_invalid_headers on</c>).</summary>
    private static void Underscores(RequestPassage passage)
    {
        var request = passage.Exchange.Request;
        for (var i = 0; i < request.HeaderCount; i++)
        {
            if (request.Name(i).Contains((byte)'_')) passage.RequestEdits.Remove(Encoding.Latin1.GetString(request.Name(i)));
        }
    }

    private static string? Chain(Wire.RequestHead request, string name)
    {
        if (name == "X-Forwarded-For") return request.TryGet("X-Forwarded-For"u8, out var chain) ? Encoding.Latin1.GetString(chain) : null;
        return request.TryGet(Encoding.Latin1.GetBytes(name), out var other) ? Encoding.Latin1.GetString(other) : null;
    }

    /// <summary>The chain with the connection's own address at its end (<c>$full_x_forwarded_for</c>).</summary>
    private static string FullChain(string? chain, IngressDecision decision) => chain is null ? decision.Facts.Source.ToString() : $"{chain}, {decision.Facts.Source}";
}
