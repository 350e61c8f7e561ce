using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.Trace.Tests;

/// <summary>Requests that ended one way or another, as their records tell.</summary>
internal static class Scenarios
{
    public static Dictionary<string, Func<Task<Journey>>> All { get; } = new()
    {
        ["arrived"] = ArrivedAsync,
        ["reused-without-client"] = ReusedAsync,
        ["node-port-refused"] = NodePortRefusedAsync,
        ["endpoint-refused"] = EndpointRefusedAsync,
        ["ingress-503"] = IngressUnavailableAsync,
        ["ingress-lost"] = IngressLostAsync,
        ["pod-500"] = PodFailedAsync,
        ["cut-off"] = CutOffAsync,
        ["malformed"] = MalformedAsync,
        ["no-such-name"] = NoSuchNameAsync,
        ["certificate-refused"] = CertificateRefusedAsync,
        ["plain-redirect"] = RedirectAsync,
        ["redirect-loop"] = RedirectLoopAsync,
        ["encrypted-again"] = EncryptedAgainAsync,
        ["upgraded"] = UpgradedAsync,
        ["relayed"] = RelayedAsync,
        ["relayed-unread"] = RelayedUnreadAsync,
        ["relayed-reset"] = RelayedResetAsync,
        ["relayed-decrypted"] = RelayedDecryptedAsync,
        ["relayed-encrypted-in-vain"] = RelayedEncryptedInVainAsync,
    };

    private static async Task<Journey> ArrivedAsync()
    {
        var road = new TestRoad();
        road.Log.Add(TestRoad.Query());
        road.AddAll(road.LoadBalancer(), road.Ingress(), road.AtNode(), road.AtVirtualIP());
        road.Spans.Add(TestRoad.ApplicationSpans());
        return (await road.Book.TellAsync(TestRoad.Report() with { Visit = "visit-1" }, default)).Journey!;
    }

    private static async Task<Journey> RelayedAsync()
    {
        var road = new TestRoad();
        road.Log.Add(TestRoad.Query());
        road.Relay(TestRoad.ToIngress);
        road.Log.Add(RelayedRoad.AtIngress());
        road.Log.Add(road.AtVirtualIP());
        road.Log.Add(road.Unnamed());
        road.Spans.Add(TestRoad.ApplicationSpans());
        return (await road.Book.TellAsync(TestRoad.Report(), default)).Journey!;
    }

    private static async Task<Journey> RelayedUnreadAsync()
    {
        var road = new TestRoad();
        road.Log.Add(TestRoad.Query());
        road.Relay(TestRoad.ToPod);
        return (await road.Book.TellAsync(TestRoad.Report(), default)).Journey! with { Id = TestRoad.JourneyId };
    }

    private static async Task<Journey> RelayedResetAsync()
    {
        var road = new TestRoad();
        road.Log.Add(TestRoad.Query());
        var relay = road.AtBalancer(null, "10.0.1.10:30443 refused the connection: nothing listens there", refused: true);
        road.Log.Add(relay);
        road.Log.Closed(relay);
        var report = TestRoad.Report() with { Tls = null, Status = null, Failure = new ClientFailure("tls", "Connection reset by peer.") };
        return (await road.Book.TellAsync(report, default)).Journey! with { Id = TestRoad.JourneyId };
    }

    /// <summary>TLS ends at the load balancer, and nobody told of the client: the ingress knows of http alone.</summary>
    private static Task<Journey> RelayedDecryptedAsync()
    {
        var road = new TestRoad();
        road.Log.Add(TestRoad.Handshake());
        road.Relay(TestRoad.ToIngress, TestRoad.Handshake());
        road.Log.Add(road.AtVirtualIP());
        var ingress = road.Unnamed();
        (ingress.Scheme, ingress.JourneyId) = ("http", TestRoad.JourneyId);
        road.Log.Add(ingress);
        return Found(road);
    }

    private static async Task<Journey> RelayedEncryptedInVainAsync()
    {
        var road = new TestRoad();
        road.Log.Add(TestRoad.Query());
        road.Log.Add(TestRoad.Handshake());
        var relay = road.AtBalancer(TestRoad.ToNode, "10.0.1.10:30443: what answers there doesn't speak TLS", handshake: TestRoad.Handshake());
        relay.UpstreamTls = new UpstreamSecurity();
        road.Log.Add(relay);
        road.Log.Connected(relay);
        road.Log.Closed(relay);
        var report = TestRoad.Report() with { Status = null, Failure = new ClientFailure("request", "Connection reset by peer.") };
        return (await road.Book.TellAsync(report, default)).Journey! with { Id = TestRoad.JourneyId };
    }

    private static Task<Journey> EncryptedAgainAsync()
    {
        var road = new TestRoad();
        var first = road.LoadBalancer();
        first.UpstreamTls = new UpstreamSecurity
        {
            Version = "TLSv1.3", Cipher = "TLS_AES_256_GCM_SHA384", Subject = "CN=web.internal", Issuer = "CN=web.internal",
            NotAfter = new DateTimeOffset(2026, 1, 31, 0, 0, 0, TimeSpan.Zero),
        };
        road.AddAll(first, null, road.AtNode(), null);
        return Found(road);
    }

    private static Task<Journey> UpgradedAsync()
    {
        var road = new TestRoad();
        var (first, ingress) = (road.LoadBalancer(), road.Ingress());
        (first.Status, first.UpstreamStatus, ingress.Status, ingress.UpstreamStatus) = (101, 101, 101, 101);
        first.Upgrade = ingress.Upgrade = new UpgradeRecord
        {
            Protocol = "websocket", OpenedAt = TestRoad.At(11.2), ClosedAt = TestRoad.At(11.4), BytesUp = 6, BytesDown = 8, ClosedBy = "client: closed",
        };
        road.AddAll(first, ingress, road.AtNode(), road.AtVirtualIP());
        return Found(road);
    }

    private static Task<Journey> ReusedAsync()
    {
        var road = new TestRoad(withSteps: true);
        road.AddAll(road.LoadBalancer(nth: 3, nthUpstream: 4), road.Ingress(nthUpstream: 2), road.AtNode(), road.AtVirtualIP());
        return Found(road);
    }

    private static Task<Journey> NodePortRefusedAsync()
    {
        var road = new TestRoad(withSteps: true);
        var record = Failed(road.LoadBalancer(), 502, "load-balancer.502.connection-refused", "10.0.1.10:30080 refused the connection: does its Service have ready pods?");
        record.Upstream = null;
        record.ConnectedAt = 0;
        road.AddAll(record, null, null, null);
        return Found(road);
    }

    private static Task<Journey> EndpointRefusedAsync()
    {
        var road = new TestRoad();
        var record = Failed(road.LoadBalancer(), 502, "load-balancer.502.reset", "10.0.1.10:30080 reset the connection before it answered");
        road.AddAll(record, null, road.AtNode(reached: false), null);
        return Found(road);
    }

    private static Task<Journey> IngressUnavailableAsync()
    {
        var road = new TestRoad();
        var ingress = Failed(road.Ingress(), 503, "ingress.503.no-endpoints", "Service shop/users has no ready endpoint: look at its pods' readiness probes");
        (ingress.Upstream, ingress.ConnectStartedAt, ingress.ConnectedAt, ingress.RequestSentAt) = (null, 0, 0, 0);
        (ingress.RequestChanges, ingress.ResponseChanges) = (HeaderChanges.None, HeaderChanges.None);
        var first = road.LoadBalancer();
        (first.Status, first.UpstreamStatus) = (503, 503);
        road.AddAll(first, ingress, road.AtNode(), null);
        return Found(road);
    }

    private static Task<Journey> IngressLostAsync()
    {
        var road = new TestRoad();
        var first = Failed(road.LoadBalancer(nthUpstream: 7), 502, "load-balancer.502.keep-alive-race", "the target closed a kept connection as the request was sent");
        first.UpstreamFate = "closed by the target";
        road.AddAll(first, null, road.AtNode(), null);
        return Found(road);
    }

    private static Task<Journey> PodFailedAsync()
    {
        var road = new TestRoad();
        var (first, ingress) = (road.LoadBalancer(), road.Ingress());
        (first.Status, first.UpstreamStatus, ingress.Status, ingress.UpstreamStatus) = (500, 500, 500, 500);
        road.AddAll(first, ingress, road.AtNode(), road.AtVirtualIP());
        road.Spans.Add([TestRoad.Span("00000000000000a1", null, "GET /v1/users", Otlp.SpanKind.Server, 7, 10.6, ("http.response.status_code", 500L)) with
        {
            Failed = true, StatusMessage = "no such table: users",
        }]);
        return Found(road);
    }

    private static Task<Journey> CutOffAsync()
    {
        var road = new TestRoad();
        var (first, ingress) = (road.LoadBalancer(), road.Ingress());
        (ingress.Outcome, ingress.Problem) = ("ingress.response-cut", "the pod closed the connection in the middle of its response");
        (first.Outcome, first.Problem) = ("load-balancer.response-cut", "the target closed the connection in the middle of its response");
        first.DownstreamFate = "cut";
        road.AddAll(first, ingress, road.AtNode(), road.AtVirtualIP());
        return Found(road);
    }

    private static Task<Journey> MalformedAsync()
    {
        var road = new TestRoad();
        var record = Failed(road.LoadBalancer(), 400, "load-balancer.400.bad-header", "a header's name holds a space");
        record.Decision = null;
        record.RequestChanges = HeaderChanges.None;
        (record.Upstream, record.ConnectStartedAt, record.ConnectedAt, record.RequestSentAt) = (null, 0, 0, 0);
        road.AddAll(record, null, null, null);
        return Found(road);
    }

    private static async Task<Journey> NoSuchNameAsync()
    {
        var road = new TestRoad();
        var report = TestRoad.Report();
        var told = await road.Book.TellAsync(report with
        {
            Url = "https://apj.example.com/",
            Local = null,
            Remote = null,
            Tls = null,
            Status = null,
            Dns = report.Dns! with { Name = "apj.example.com", QueryId = null, Answers = [], Ttl = null, ResponseCode = "NXDOMAIN" },
            Times = new ClientTimes { Frequency = TimeSpan.TicksPerSecond, Start = TestRoad.At(0), DnsDone = TestRoad.At(1.2), LastByte = TestRoad.At(1.2) },
            Failure = new ClientFailure("dns", "apj.example.com does not exist (NXDOMAIN)"),
        }, default);
        return told.Journey! with { Id = TestRoad.JourneyId };
    }

    private static async Task<Journey> CertificateRefusedAsync()
    {
        var road = new TestRoad();
        road.Log.Add(TestRoad.Query());
        road.Log.Add(TestRoad.Handshake());
        var report = TestRoad.Report();
        var told = await road.Book.TellAsync(report with
        {
            Status = null,
            Tls = report.Tls! with { Verified = false, Error = "the chain ends in a root that is not trusted: CN=Usher" },
            Times = report.Times with { RequestSent = 0, FirstByte = 0, LastByte = TestRoad.At(5) },
            Failure = new ClientFailure("tls", "the chain ends in a root that is not trusted: run usher ca trust, or use -k"),
        }, default);
        return told.Journey! with { Id = TestRoad.JourneyId };
    }

    private static Task<Journey> RedirectLoopAsync()
    {
        var road = new TestRoad();
        var ingress = road.Ingress();
        (ingress.Upstream, ingress.ConnectStartedAt, ingress.ConnectedAt, ingress.RequestSentAt, ingress.Via) = (null, 0, 0, 0, null);
        (ingress.Status, ingress.UpstreamStatus, ingress.AnsweredHere) = (308, 0, true);
        ingress.Decision = new TestDecision(new HopAccount(Hop.Ingress, "ingress-nginx/ingress-nginx-controller-7d", "shop/api: api.example.com / (Prefix): force-ssl-redirect → 308 https://api.example.com/v1/users")
        {
            Facts = new JsonObject { ["location"] = "https://api.example.com/v1/users" },
            Reasons = [new Reason("host api.example.com", true, "is the request's host")],
        });
        var loadBalancer = road.LoadBalancer();
        (loadBalancer.Status, loadBalancer.UpstreamStatus) = (308, 308);
        road.AddAll(loadBalancer, ingress, road.AtNode(), null);
        return Task.FromResult(road.Book.Find(TestRoad.JourneyId)!);
    }

    private static async Task<Journey> RedirectAsync()
    {
        var road = new TestRoad();
        var record = road.LoadBalancer();
        record.Scheme = "http";
        record.Decision = new TestDecision(new HopAccount(Hop.LoadBalancer, "shop-edge", "default rule → redirect 301"));
        (record.Upstream, record.ConnectStartedAt, record.ConnectedAt, record.RequestSentAt) = (null, 0, 0, 0);
        (record.Status, record.UpstreamStatus, record.AnsweredHere, record.RequestChanges) = (301, 0, true, HeaderChanges.None);
        road.AddAll(record, null, null, null, handshake: false);
        var report = TestRoad.Report();
        return (await road.Book.TellAsync(report with
        {
            Url = "http://api.example.com:8080/v1/users", Tls = null, Dns = null, Status = 301, Times = report.Times with { DnsDone = 0, TlsDone = 0 },
            Browser = new ClientBrowser { Name = "Chromium 140", FirstContentfulPaintMs = 31.5, DomContentLoadedMs = 28, LoadMs = 40, Requests = 4 },
        }, default)).Journey!;
    }

    private static RequestRecord Failed(RequestRecord record, int status, string outcome, string problem)
    {
        (record.Status, record.UpstreamStatus, record.AnsweredHere, record.Outcome, record.Problem) = (status, 0, true, outcome, problem);
        return record;
    }

    private static Task<Journey> Found(TestRoad road) => Task.FromResult(road.Book.Find(TestRoad.JourneyId)!);
}
