using System.Collections.Immutable;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Response;
using Usher.Trace.Otlp;

namespace Usher.Trace.Tests;

/// <summary>
/// A log and a book over records made by hand. Addresses: client 127.0.0.1:40112 → load balancer 127.18.0.1:8443 → node
/// 127.18.1.1:30080 → ingress pod 127.18.64.1:8080 → virtual IP 127.18.16.2:8080 → users pod 127.18.64.3:8080. Times are milliseconds
/// after the client's first act at 14:00:00.
/// </summary>
internal sealed class TestRoad
{
    public const string JourneyId = "1-67891233-abcdef012345678912345678";
    public const string TraceId = "67891233abcdef012345678912345678";

    private readonly ServiceProvider services;

    public TestRoad(TraceOptions? options = null, bool withSteps = false)
    {
        Time = new FakeTimeProvider(Start);
        var collection = new ServiceCollection()
            .AddSingleton<TimeProvider>(Time)
            .AddLogging()
            .AddSingleton<IPodAccounts>(new TestPods())
            .AddSingleton(options ?? new TraceOptions { FeedInterval = TimeSpan.Zero })
            .AddTrace()
            .AddResponse();
        if (withSteps) collection.AddSingleton<IRoadStep, TestNames>().AddSingleton<IRoadStep, TestNode>();
        services = collection.BuildServiceProvider();
    }

    public static DateTimeOffset Start { get; } = new(2026, 11, 23, 14, 0, 0, TimeSpan.Zero);

    public FakeTimeProvider Time { get; }

    public JourneyLog Log => services.GetRequiredService<JourneyLog>();

    public JourneyHeadlines Headlines => services.GetRequiredService<JourneyHeadlines>();

    public JourneyBook Book => services.GetRequiredService<JourneyBook>();

    public TraceOptions Options => services.GetRequiredService<TraceOptions>();

    public IPodAccounts Pods => services.GetRequiredService<IPodAccounts>();

    public SpanStore Spans => services.GetRequiredService<SpanStore>();

    public Generation Generation { get; } = new(12, DesiredState.Empty, AddressPlan.Empty, []);

    public static ConnectionId Client { get; } = Between("127.0.0.1:40112", "127.18.0.1:8443");

    public static ConnectionId ToNode { get; } = Between("127.18.0.1:51000", "127.18.1.1:30080");

    public static ConnectionId ToIngress { get; } = Between("127.18.1.1:52000", "127.18.64.1:8080");

    public static ConnectionId ToVirtualIP { get; } = Between("127.18.64.1:53000", "127.18.16.2:8080");

    public static ConnectionId ToPod { get; } = Between("127.18.1.1:54000", "127.18.64.3:8080");

    /// <summary>Ticks at so many milliseconds.</summary>
    public static long At(double ms) => Start.UtcTicks + (long)Math.Round(ms * TimeSpan.TicksPerMillisecond);

    public static ConnectionId Between(string from, string to) => new(IPEndPoint.Parse(from), IPEndPoint.Parse(to));

    /// <summary>A load balancer's record of a request that arrived at 5.1 ms and was answered with 200 by 11.5 ms.</summary>
    public RequestRecord LoadBalancer(int nth = 1, int nthUpstream = 1) => new()
    {
        Hop = Hop.LoadBalancer,
        Generation = Generation,
        Downstream = Client,
        RequestOnConnection = nth,
        StartedAt = At(5.1),
        StartedOn = Start.AddMilliseconds(5.1),
        Protocol = "HTTP/1.1",
        Scheme = "https",
        Method = "GET",
        Target = "/v1/users",
        Host = "api.example.com:8443",
        UserAgent = "usher",
        JourneyId = JourneyId,
        TraceId = TraceId,
        Decision = new TestDecision(new HopAccount(
            Hop.LoadBalancer, "shop-edge",
            "rule 10 (host api.example.com) → target group shop-nodes → i-0a1 10.0.1.10:30080, fewest outstanding of 2")
        {
            Facts = new JsonObject { ["rulePriority"] = 10, ["targetGroup"] = "shop-nodes", ["target"] = "i-0a1:30080", ["targetBound"] = "127.18.1.1:30080", ["outstanding"] = 0 },
            Reasons =
            [
                new Reason("rule 5", false, "host is api.example.com, rule wants admin.example.com"),
                new Reason("rule 10", true, "host is api.example.com"),
            ],
        }),
        Upstream = ToNode,
        RequestOnUpstream = nthUpstream,
        ConnectStartedAt = nthUpstream == 1 ? At(5.3) : 0,
        ConnectedAt = nthUpstream == 1 ? At(5.6) : 0,
        RequestSentAt = At(5.7),
        FirstByteAt = At(11.2),
        EndedAt = At(11.5),
        Status = 200,
        UpstreamStatus = 200,
        RequestBytes = 92,
        ResponseBytes = 512,
        DownstreamFate = "kept",
        UpstreamFate = "kept",
        RequestChanges = new HeaderChanges(
            ImmutableDictionary<string, string>.Empty
                .Add("X-Forwarded-For", "127.0.0.1").Add("X-Forwarded-Proto", "https").Add("X-Forwarded-Port", "443")
                .Add("X-Amzn-Trace-Id", $"Root={JourneyId}"),
            [], ImmutableDictionary<string, string>.Empty),
    };

    /// <summary>The ingress's record of the same request.</summary>
    public RequestRecord Ingress(int nthUpstream = 1) => new()
    {
        Hop = Hop.Ingress,
        Generation = Generation,
        Downstream = ToIngress,
        RequestOnConnection = nthUpstream,
        StartedAt = At(6.2),
        StartedOn = Start.AddMilliseconds(6.2),
        Protocol = "HTTP/1.1",
        Method = "GET",
        Target = "/v1/users",
        Host = "api.example.com:8443",
        JourneyId = JourneyId,
        TraceId = TraceId,
        Decision = new TestDecision(new HopAccount(Hop.Ingress, "ingress-nginx/ingress-nginx-controller-7d", "Ingress shop/api, path /v1/users (Prefix) → Service shop/users port http")
        {
            Reasons = [new Reason("shop/api /v1/users", true, "longest prefix of /v1/users"), new Reason("shop/api /", false, "shorter than /v1/users")],
        }),
        Upstream = ToVirtualIP,
        RequestOnUpstream = nthUpstream,
        ConnectStartedAt = nthUpstream == 1 ? At(6.4) : 0,
        ConnectedAt = nthUpstream == 1 ? At(6.7) : 0,
        RequestSentAt = At(6.8),
        FirstByteAt = At(10.8),
        EndedAt = At(11),
        Status = 200,
        UpstreamStatus = 200,
        RequestBytes = 260,
        ResponseBytes = 512,
        DownstreamFate = "kept",
        UpstreamFate = "kept",
        RequestChanges = new HeaderChanges(
            ImmutableDictionary<string, string>.Empty.Add("traceparent", $"00-{TraceId}-00f067aa0ba902b7-01"), [],
            ImmutableDictionary<string, string>.Empty.Add("X-Forwarded-For", "127.18.0.1")),
        ResponseChanges = new HeaderChanges(ImmutableDictionary<string, string>.Empty.Add("Strict-Transport-Security", "max-age=31536000"), ["X-Powered-By"], ImmutableDictionary<string, string>.Empty),
    };

    /// <summary>The relay at the node's NodePort.</summary>
    public ConnectionRecord AtNode(bool reached = true) => new()
    {
        Generation = Generation,
        Downstream = ToNode,
        AcceptedAt = At(5.5),
        Decision = new TestDecision(
            new HopAccount(Hop.Node, "ip-10-0-1-10.ec2.internal", "10.0.1.10 is node ip-10-0-1-10.ec2.internal"),
            new HopAccount(Hop.Service, "ingress-nginx/ingress-nginx-controller", "NodePort 30080 → port http") { Facts = new JsonObject { ["at"] = "node" } },
            new HopAccount(Hop.Endpoint, "ingress-nginx/ingress-nginx-controller-7d", "1 of 2 ready endpoints, at random")
            {
                Facts = new JsonObject { ["at"] = "node" },
                Reasons = [new Reason("ingress-nginx-controller-7d", true, "drawn"), new Reason("ingress-nginx-controller-9f", false, "not drawn")],
            }),
        Upstream = reached ? ToIngress : null,
        ConnectedAt = reached ? At(5.9) : 0,
        ClosedAt = reached ? 0 : At(5.9),
        CloseReason = reached ? null : "10.0.1.100:80 refused the connection: nothing listens there",
    };

    /// <summary>The relay at the Service's virtual IP.</summary>
    public ConnectionRecord AtVirtualIP() => new()
    {
        Generation = Generation,
        Downstream = ToVirtualIP,
        AcceptedAt = At(6.6),
        Decision = new TestDecision(
            new HopAccount(Hop.Service, "shop/users", "virtual IP 10.96.0.2:80 → port http"),
            new HopAccount(Hop.Endpoint, "shop/users-5c-k2x", "1 of 3 ready endpoints, at random")),
        Upstream = ToPod,
        ConnectedAt = At(6.75),
    };

    /// <summary>The handshake of the client's connection.</summary>
    public static HandshakeRecord Handshake() => new()
    {
        Connection = Client,
        AcceptedAt = At(2.2),
        DoneAt = At(4.9),
        Version = "TLSv1.3",
        Cipher = "TLS_AES_256_GCM_SHA384",
        Alpn = "http/1.1",
        Decision = new TestDecision(new HopAccount(Hop.Tls, "api.example.com", "certificate api.example.com for SNI api.example.com, exact name of 1")
        {
            Facts = new JsonObject { ["sni"] = "api.example.com", ["certificateArn"] = "arn:aws:acm:us-east-1:000000000000:certificate/e9e56430", ["matched"] = "exact" },
            Reasons = [new Reason("api.example.com", true, "the name is api.example.com")],
        }),
    };

    /// <summary>The name server's record of the client's query.</summary>
    public static DnsRecord Query() => new()
    {
        Client = IPEndPoint.Parse("127.0.0.1:53124"),
        QueryId = 4711,
        Tcp = false,
        StartedAt = At(0.6),
        EndedAt = At(0.8),
        Decision = new TestDecision(new HopAccount(Hop.Dns, "api.example.com", "A api.example.com: alias shop-edge → 127.18.0.1, simple routing")),
    };

    /// <summary>What <c>usher trace</c> reports of the request.</summary>
    public static ClientReport Report() => new()
    {
        Method = "GET",
        Url = "https://api.example.com:8443/v1/users",
        Local = "127.0.0.1:40112",
        Remote = "127.18.0.1:8443",
        Dns = new ClientDns
        {
            Name = "api.example.com", Server = "127.0.0.1:5300", Local = "127.0.0.1:53124", QueryId = 4711, Answers = ["127.18.0.1"], Ttl = 60, ResponseCode = "NOERROR",
        },
        Times = new ClientTimes
        {
            Frequency = TimeSpan.TicksPerSecond, Start = At(0), DnsDone = At(1.2), Connected = At(2.1), TlsDone = At(5), RequestSent = At(5.05), FirstByte = At(11.3), LastByte = At(11.8),
        },
        Tls = new ClientTls { Version = "TLSv1.3", Cipher = "TLS_AES_256_GCM_SHA384", Alpn = "http/1.1", Verified = true, Chain = ["CN=api.example.com", "CN=Usher"] },
        Status = 200,
    };

    /// <summary>A server span with a database call in it.</summary>
    public static IReadOnlyList<ReportedSpan> ApplicationSpans() =>
    [
        Span("00000000000000b1", "00000000000000a1", "SELECT users", SpanKind.Client, 8, 9.5,
            ("db.system.name", "sqlite"), ("db.query.text", "SELECT id, name\n  FROM users ORDER BY id LIMIT 100 OFFSET 0 -- a long one")),
        Span("00000000000000a1", "00f067aa0ba902b7", "GET /v1/users", SpanKind.Server, 7, 10.6,
            ("http.request.method", "GET"), ("http.route", "/v1/users"), ("http.response.status_code", 200L)),
    ];

    public static ReportedSpan Span(
        string id, string? parent, string name, SpanKind kind, double from, double to, params (string Name, object Value)[] attributes) => new()
    {
        TraceId = TraceId,
        SpanId = id,
        ParentId = parent,
        Service = "users",
        Name = name,
        Kind = kind,
        StartedOn = Nanoseconds(from),
        EndedOn = Nanoseconds(to),
        Attributes = [.. attributes.Select(a => KeyValuePair.Create(a.Name, a.Value))],
    };

    /// <summary>Adds the records of one request in the order in which hops add them.</summary>
    public void AddAll(RequestRecord loadBalancer, RequestRecord? ingress, ConnectionRecord? atNode, ConnectionRecord? atVirtualIP, bool handshake = true)
    {
        if (handshake) Log.Add(Handshake());
        if (atNode is not null) Log.Add(atNode);
        if (atVirtualIP is not null) Log.Add(atVirtualIP);
        if (ingress is not null) Log.Add(ingress);
        Log.Add(loadBalancer);
    }

    private static ulong Nanoseconds(double ms) => (ulong)(Start - DateTimeOffset.UnixEpoch).Ticks * 100 + (ulong)(ms * 1e6);

    private sealed class TestPods : IPodAccounts
    {
        public HopAccount? Account(IPEndPoint bound) => bound.Address.ToString() switch
        {
            "127.18.64.1" => Pod("ingress-nginx/ingress-nginx-controller-7d", "built-in", "ingress"),
            "127.18.64.3" => Pod("shop/users-5c-k2x", "process", "Deployment shop/users"),
            _ => null,
        };

        private static HopAccount Pod(string name, string runtime, string of) =>
            new(Hop.Pod, name, $"{runtime} pod of {of}, ready") { Facts = new JsonObject { ["runtime"] = runtime } };
    }

    /// <summary>Resolves every name.</summary>
    private sealed class TestNames : IRoadStep
    {
        public StepTaken? Take(Generation generation, Traveller traveller) => traveller.Name is null ? null
            : new StepTaken([new TestDecision(new HopAccount(Hop.Dns, traveller.Name, "alias shop-edge → 127.18.0.1"))], null);
    }

    /// <summary>A node whose Service has no endpoint.</summary>
    private sealed class TestNode : IRoadStep
    {
        public StepTaken? Take(Generation generation, Traveller traveller) => traveller.Address?.ToString() != "127.18.1.1:30080" ? null
            : new StepTaken(
            [
                new TestDecision(
                    new HopAccount(Hop.Node, "ip-10-0-1-10.ec2.internal", "10.0.1.10 is node ip-10-0-1-10.ec2.internal"),
                    new HopAccount(Hop.Service, "ingress-nginx/ingress-nginx-controller", "NodePort 30080 refuses: no endpoint")
                    {
                        Ok = false,
                        Outcome = "service.no-endpoints",
                        Facts = new JsonObject { ["problem"] = "Service ingress-nginx/ingress-nginx-controller has no ready endpoint" },
                        Reasons = [new Reason("ingress-nginx-controller-7d", false, "not ready: readiness probe got 503")],
                    }),
            ], null);
    }
}
