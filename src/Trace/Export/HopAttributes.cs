using System.Globalization;
using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.Trace.Export;

/// <summary>
/// What a hop's span says: names of the semantic conventions where they have one, and <c>usher.*</c> for what is the road's own (how it is known, what was decided).
/// AWS's load balancers have no attributes there beyond <c>cloud.*</c>.
/// </summary>
internal static class HopAttributes
{
    /// <summary>The attributes of a hop's span.</summary>
    internal static List<KeyValuePair<string, object>> Of(Journey journey, HopReport hop)
    {
        var (into, facts) = (new List<KeyValuePair<string, object>>(32), hop.Facts);
        switch (hop.Hop)
        {
            case Hop.Dns: Dns(into, facts, hop); break;
            case Hop.Tls: Tls(into, facts, hop); break;
            case Hop.LoadBalancer or Hop.Ingress when IsHttp(hop): Http(into, journey, hop); break;
            case Hop.LoadBalancer or Hop.Ingress or Hop.Node: into.AddEnd("network.local", facts.Text("bound")); break;
            case Hop.Service: Service(into, facts); break;
            case Hop.Endpoint: Endpoint(into, facts); break;
            case Hop.Pod: Pod(into, journey, hop); break;
            case Hop.Response: into.Add("http.response.status_code", facts.Number("status")); break;
            case Hop.Browser: Browser(into, facts); break;
        }

        Own(into, journey, hop);
        return into;
    }

    /// <summary>Whether a hop read the request: a relay of a Network Load Balancer doesn't.</summary>
    internal static bool IsHttp(HopReport hop) => hop.Response is not null;

    /// <summary>What went wrong, by its code.</summary>
    internal static string Error(Journey journey, HopReport hop) => hop.Facts.Text("outcome") ?? (journey.Outcome != "ok" ? journey.Outcome : "_OTHER");

    private static void Http(List<KeyValuePair<string, object>> into, Journey journey, HopReport hop)
    {
        var facts = hop.Facts;
        HttpAttributes.Server(into, journey, hop);
        into.Add("usher.listener", facts.Text("listener"));
        into.Add("usher.rule", facts.Text("rulePriority"));
        into.Add("usher.target_group", facts.Text("targetGroup"));
        into.Add("usher.target", facts.Text("target"));
        into.Add("usher.ingress", facts.Text("ingress"));
        into.Add("usher.backend", facts.Text("service"));
        into.Add("usher.upstream_connection", facts.Text("upstreamConnection"));
    }

    private static void Dns(List<KeyValuePair<string, object>> into, JsonObject facts, HopReport hop)
    {
        into.Add("dns.question.name", facts.Text("question") ?? hop.Name);
        if (facts.List("answers") is { Count: > 0 } answers) into.Add("dns.answers", answers);
        into.AddEnd("server", facts.Text("server"));
        into.Add("network.transport", facts.Text("transport"));
        into.Add("usher.dns.question_type", facts.Text("type"));
        into.Add("usher.dns.response_code", facts.Text("responseCode") ?? facts.Text("rcode"));
        into.Add("usher.dns.zone", facts.Text("zone"));
    }

    private static void Tls(List<KeyValuePair<string, object>> into, JsonObject facts, HopReport hop)
    {
        into.Add("tls.established", hop.Ok);
        if (facts.Text("version") is { } version && version.StartsWith("TLSv", StringComparison.Ordinal))
        {
            into.Add("tls.protocol.name", "tls");
            into.Add("tls.protocol.version", version[4..]);
        }

        into.Add("tls.cipher", facts.Text("cipher"));
        into.Add("tls.next_protocol", facts.Text("alpn"));
        // Once tls.client.server_name.
        into.Add("server.address", facts.Text("sni"));
        into.Add("tls.server.subject", facts.List("chain") is [var leaf, ..] ? leaf : null);
        into.Add("tls.server.issuer", facts.Text("issuer"));
        into.Add("tls.server.not_before", facts.Text("notBefore"));
        into.Add("tls.server.not_after", facts.Text("notAfter"));
        into.Add("usher.tls.certificate_arn", facts.Text("certificateArn"));
    }

    private static void Service(List<KeyValuePair<string, object>> into, JsonObject facts)
    {
        into.AddEnd("server", facts.Text("declared"));
        into.AddEnd("network.local", facts.Text("bound"));
        into.Add("k8s.node.name", facts.Text("node"));
        into.Add("usher.service.type", facts.Text("type"));
        into.Add("usher.service.port_name", facts.Text("portName"));
    }

    private static void Endpoint(List<KeyValuePair<string, object>> into, JsonObject facts)
    {
        Whereabouts(into, facts);
        into.AddEnd("server", facts.Text("declared"));
        into.AddEnd("network.peer", facts.Text("bound"));
    }

    private static void Pod(List<KeyValuePair<string, object>> into, Journey journey, HopReport hop)
    {
        var facts = hop.Facts;
        var end = facts.Text("declared") ?? facts.Text("bound");
        HttpAttributes.Client(into, journey.Method, null, end, hop.Response?.Status);
        into.AddEnd("network.peer", facts.Text("bound"));
        Whereabouts(into, facts);
        into.Add("k8s.container.name", facts.Text("container"));
        into.Add("container.image.name", facts.Text("image"));
    }

    /// <summary>Of whom it is told, which isn't who tells it: so these stand on the span, not on its resource.</summary>
    private static void Whereabouts(List<KeyValuePair<string, object>> into, JsonObject facts)
    {
        into.Add("k8s.pod.name", facts.Text("pod"));
        into.Add("k8s.namespace.name", facts.Text("namespace"));
        into.Add("k8s.node.name", facts.Text("node"));
    }

    private static void Browser(List<KeyValuePair<string, object>> into, JsonObject facts)
    {
        foreach (var name in (string[])["firstContentfulPaintMs", "domContentLoadedMs", "loadMs"])
        {
            if (double.TryParse(facts.Text(name), CultureInfo.InvariantCulture, out var ms)) into.Add($"usher.browser.{name}", ms);
        }
    }

    private static void Own(List<KeyValuePair<string, object>> into, Journey journey, HopReport hop)
    {
        into.Add("usher.evidence", hop.Evidence.Name());
        into.Add("usher.hop", hop.Hop.Name());
        into.Add("usher.step", (long)hop.Step);
        into.Add("usher.at", hop.At);
        into.Add("usher.name", hop.Name);
        into.Add("usher.decision", hop.Decision);
        into.Add("usher.connection", hop.Facts.Text("connection"));
        into.Add("usher.decided", hop.Facts.Text("decided"));
        into.Add("usher.link", hop.Facts.Text("link"));
        into.Add("usher.measured_by", hop.Facts.Text("measuredBy"));
        into.Add("usher.outcome", hop.Facts.Text("outcome"));
        into.Add("usher.problem", hop.Facts.Text("problem"));
        into.Add("usher.journey.id", journey.Id);
        into.Add("usher.generation", hop.Facts.Number("generation") ?? journey.Generation);
    }
}
