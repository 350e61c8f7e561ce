using System.Net;
using System.Text;
using Usher.Seam;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>Asks who is to be asked about a request (<c>auth-url</c>), as the location of ingress-nginx's template for it does: the request's own head, without body, with who asks and what for.</summary>
internal sealed class ExternalAuth(HostAddresses hosts, AuthCache cache, TimeProvider time)
{
    /// <summary>nginx's own timeouts: the template sets none there.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>1. The URL, and an answer that is remembered. 2. Where that is. 3. Ask.</summary>
    internal async Task<AuthReading> AskAsync(RequestPassage passage, IngressDecision decision)
    {
        // 1.
        var rule = decision.Choice.Route!.Rules.External!;
        var view = ClientView.Of(decision.Controller, decision.Facts);
        var uri = NormalPath.Of(decision.Facts.Path) ?? "/";
        var url = rule.Url.Fill(view, uri);
        var key = rule.Cache is { } kept ? $"{decision.Choice.Route.Host} {rule.Written} {kept.Key.Fill(view, uri)}" : null;
        if (key is not null && cache.Find(decision.Controller.Pod, key) is { } known) return known with { Url = url };
        if (AuthTarget.Of(url) is not { } target) return Failed(null, $"{url} is no URL that can be asked");

        // 2.
        var started = time.GetTimestamp();
        if (await hosts.FindAsync(passage.Generation, target, passage.Exchange.ClientGone) is not { } at)
            return Failed(null, $"{target.Host} has no address, in the cluster's DNS, the hosted zones or this machine's. nginx tries no search list: a Service's name is wanted in full (name.namespace.svc.cluster.local)");

        // 3.
        var tls = target.Secured ? new UpstreamTls { ServerName = target.Host, HandshakeTimeout = Patience } : null;
        var options = decision.Choice.Route.Rules.Proxy.Forward with
        {
            ConnectTimeout = Patience, ResponseTimeout = Patience, SendTimeout = Patience, KeepAlive = rule.KeepAlive, RetryStaleConnection = rule.KeepAlive, Upgrades = ForwardedUpgrades.None, MaxRequestBody = long.MaxValue,
        };
        var request = new Subrequest(new UpstreamKey(at, decision.Controller.SourceTo(at), tls), rule.Method ?? "GET", target.Target.Length == 0 ? "/" : target.Target, options) { Headers = Headers(passage, decision, rule, target, view, uri) };
        var (result, head) = await passage.AskAsync(request);
        if (head.StatusCode == 0) return Failed(at, $"{passage.Generation.Addresses.Declared(at, target.Port)}: {result.Detail}");
        var reading = new AuthReading(rule, url, at.ToString(), head.StatusCode) { Headers = [.. Kept(head, rule)], Took = time.GetElapsedTime(started) };
        if (key is not null) cache.Keep(decision.Controller.Pod, key, reading, head, rule.Cache!);
        return reading;

        AuthReading Failed(IPEndPoint? address, string why) => new(rule, url, address?.ToString(), 0) { Failure = why };
    }

    private static List<KeyValuePair<string, string?>> Headers(RequestPassage passage, IngressDecision decision, ExternalAuthRule rule, AuthTarget target, in ClientView view, string uri)
    {
        var facts = decision.Facts;
        var sent = NginxTemplate.RequestUri(facts);
        var config = decision.Controller.Config;
        List<KeyValuePair<string, string?>> headers = [.. NginxHeaders.Dropped(passage, config).Select(name => KeyValuePair.Create(name, (string?)null))];
        Set("X-Forwarded-Proto", null);
        Set("X-Request-ID", NginxHeaders.RequestIdOf(passage, decision));
        if (rule.Method is not null)
        {
            Set("X-Original-URI", sent);
            Set("X-Scheme", view.Scheme);
        }

        Set("Host", target.Host);
        Set("X-Original-URL", $"{facts.Scheme}://{NginxTemplate.Authority(facts)}{sent}");
        Set("X-Original-Method", facts.Method);
        Set("X-Sent-From", "nginx-ingress-controller");
        Set("X-Real-IP", view.Address.ToString());
        Set("X-Forwarded-For", NginxHeaders.ForwardedForOf(passage, decision, view));
        Set("X-Auth-Request-Redirect", rule.RequestRedirect is { } redirect ? redirect.Fill(view, uri) : sent);
        if (TraceHeaders.OfItself(passage) is { } trace) Set("traceparent", trace);
        if (TraceHeaders.DropsState(passage)) Set("tracestate", null);
        foreach (var (name, value) in ClientCertificate.Headers(decision)) Set(name, value);
        foreach (var (name, value) in rule.SetHeaders)
        {
            var text = value.Fill(view, uri);
            Set(name, text.Length == 0 ? null : text);
        }

        return headers;

        void Set(string name, string? value) => headers.Add(new(name, value));
    }

    private static IEnumerable<KeyValuePair<string, string>> Kept(ResponseHead head, ExternalAuthRule rule)
    {
        for (var i = 0; i < head.HeaderCount; i++)
        {
            var name = Encoding.Latin1.GetString(head.Name(i));
            if (rule.ResponseHeaders.Append("Set-Cookie").Append("WWW-Authenticate").Contains(name, StringComparer.OrdinalIgnoreCase)) yield return new(name, Encoding.Latin1.GetString(head.Value(i)));
        }
    }
}
