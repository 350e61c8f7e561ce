using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>Every load balancer as its requests see it. Immutable.</summary>
internal sealed class LoadBalancerSnapshot(
    ImmutableArray<ListenerPlan> listeners, ImmutableArray<TargetGroupPlan> targetGroups, ImmutableArray<NetworkListenerPlan> networkListeners)
{
    private readonly FrozenDictionary<IPEndPoint, ListenerPlan> byBound =
        listeners.GroupBy(l => l.Bound).ToFrozenDictionary(g => g.Key, g => g.First());

    private readonly FrozenDictionary<IPEndPoint, NetworkListenerPlan> networkByBound = networkListeners.ToFrozenDictionary(l => l.Bound);

    /// <summary>Every listener, once for each node of its load balancer.</summary>
    internal ImmutableArray<ListenerPlan> Listeners { get; } = listeners;

    internal ImmutableArray<NetworkListenerPlan> NetworkListeners { get; } = networkListeners;

    /// <summary>The listeners of both types.</summary>
    internal IEnumerable<IListenerNode> Nodes => Listeners.Concat<IListenerNode>(NetworkListeners);

    internal ImmutableArray<TargetGroupPlan> TargetGroups { get; } = targetGroups;

    /// <summary>The target groups that some rule forwards to; the others get no requests and no health checks.</summary>
    internal FrozenSet<TargetGroupPlan> GroupsInUse { get; } = listeners.SelectMany(l => l.Groups).Concat(networkListeners.SelectMany(l => l.Groups)).ToFrozenSet();

    /// <summary>What each load balancer's zones are healthy by.</summary>
    internal FrozenDictionary<ResourceKey, ZoneHealth> Zones { get; } = ZoneHealth.Of([.. listeners, .. networkListeners]);

    /// <summary>The look for rules that no request gets to, and what it found.</summary>
    internal CompiledStep<int>? Unreached { get; init; }

    /// <summary>The listener that is bound to an endpoint, or null.</summary>
    internal ListenerPlan? ListenerAt(IPEndPoint bound) => byBound.GetValueOrDefault(bound);

    /// <summary>The same of a Network Load Balancer's.</summary>
    internal NetworkListenerPlan? NetworkListenerAt(IPEndPoint bound) => networkByBound.GetValueOrDefault(bound);
}

/// <summary>A listener at one of its load balancer's nodes: where it listens, how it treats connections, and its rules in the order in which they are tried.</summary>
internal sealed record ListenerPlan : IListenerNode
{
    public required string Arn { get; init; }

    public required ResourceKey LoadBalancer { get; init; }

    public required string LoadBalancerName { get; init; }

    internal required string LoadBalancerArn { get; init; }

    /// <summary>The load balancer's own name; what a request without a Host gets as one.</summary>
    internal required string DnsName { get; init; }

    public required int Port
    {
        get;
        init
        {
            field = value;
            PortText = value.ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>The declared port as text, which every request needs.</summary>
    internal string PortText { get; private init; } = "";

    internal required bool Https { get; init; }

    internal required TlsPolicy? Tls { get; init; }

    /// <summary>Where it listens on this machine: the address of the load balancer's node in <see cref="Zone"/>.</summary>
    public required IPEndPoint Bound { get; init; }

    /// <summary>The Availability Zone of that node; null where the load balancer has no zones.</summary>
    public string? Zone { get; init; }

    /// <summary>By priority, the default rule last.</summary>
    internal required ImmutableArray<RulePlan> Rules
    {
        get;
        init
        {
            field = value;
            Index = new RuleIndex(value);
        }
    }

    /// <summary>The rules by what a request brings.</summary>
    internal RuleIndex Index { get; private init; } = null!;

    internal required LoadBalancerAttributes Attributes { get; init; }

    internal ListenerHeaders Headers { get; init; } = ListenerHeaders.Standard;

    /// <summary>Whether any rule reads headers, so that facts need them.</summary>
    internal required bool ReadsHeaders { get; init; }

    /// <summary>Adds to facts in which zone it is.</summary>
    internal JsonObject TellZone(JsonObject facts)
    {
        if (Zone is not null) facts["zone"] = Zone;
        return facts;
    }

    /// <summary>Which of a group's targets it sends to. An ALB's own cross-zone load balancing can't be switched off.</summary>
    public ZoneScope ScopeOf(TargetGroupPlan group) => ZoneScope.Of(group.CrossZone, balancer: true, Zone);

    /// <summary>The target groups that its rules forward to.</summary>
    public IEnumerable<TargetGroupPlan> Groups => Rules.Select(r => r.Action).OfType<ForwardPlan>().SelectMany(f => f.Groups).Select(g => g.Group);

    /// <summary>Whether some rule forwards to a group.</summary>
    internal bool Uses(TargetGroupPlan group) => Groups.Contains(group);

    string IListenerNode.LoadBalancerType => "application";

    string IListenerNode.ProtocolName => Https ? "HTTPS" : "HTTP";

    internal string Scheme => Https ? "https" : "http";

    /// <summary><c>HTTPS:443</c>.</summary>
    internal string Label => $"{(Https ? "HTTPS" : "HTTP")}:{Port}";
}

/// <summary>The attributes of a load balancer that requests feel.</summary>
/// <param name="IdleTimeout"><c>idle_timeout.timeout_seconds</c>, 1–4000 s, 60 s when not set.</param>
/// <param name="ClientKeepAlive"><c>client_keep_alive.seconds</c>, 60–604800 s, 3600 s when not set.</param>
/// <param name="Http2"><c>routing.http2.enabled</c>, true when not set.</param>
/// <param name="PreserveHost"><c>routing.http.preserve_host_header.enabled</c>, false when not set.</param>
/// <param name="DropInvalidHeaders"><c>routing.http.drop_invalid_header_fields.enabled</c>: headers with a name beyond <c>[-A-Za-z0-9]+</c> go no further. False when not set.</param>
/// <param name="ForwardedFor"><c>routing.http.xff_header_processing.mode</c>, append when not set.</param>
/// <param name="ClientPort"><c>routing.http.xff_client_port.enabled</c>: whether X-Forwarded-For has the client's port too. False when not set.</param>
/// <param name="TlsHeaders"><c>routing.http.x_amzn_tls_version_and_cipher_suite.enabled</c>, false when not set.</param>
/// <param name="Desync"><c>routing.http.desync_mitigation_mode</c>, defensive when not set.</param>
internal sealed record LoadBalancerAttributes(
    TimeSpan IdleTimeout,
    TimeSpan ClientKeepAlive,
    bool Http2,
    bool PreserveHost,
    bool DropInvalidHeaders = false,
    ForwardedForMode ForwardedFor = ForwardedForMode.Append,
    bool ClientPort = false,
    bool TlsHeaders = false,
    DesyncMode Desync = DesyncMode.Defensive);

/// <summary>What the load balancer does with X-Forwarded-For.</summary>
internal enum ForwardedForMode
{
    /// <summary>Adds the client's address at the end.</summary>
    Append,

    /// <summary>Leaves it as it came, or absent.</summary>
    Preserve,

    /// <summary>Takes it away.</summary>
    Remove,
}

/// <summary>How a target group chooses among its healthy targets.</summary>
internal enum Algorithm
{
    RoundRobin,
    LeastOutstandingRequests,
    WeightedRandom,
}

/// <summary>A target group. Compared by reference: its living state hangs on it.</summary>
internal sealed class TargetGroupPlan
{
    internal required string Arn { get; init; }

    internal required string Name { get; init; }

    /// <summary>Whether requests are encrypted again on their way to the targets.</summary>
    internal required bool Https { get; init; }

    /// <summary>What its targets speak.</summary>
    internal ProtocolVersion Version { get; init; }

    internal required Algorithm Algorithm { get; init; }

    /// <summary><c>load_balancing.algorithm.anomaly_mitigation</c>: whether an anomalous target of a weighted random group gets less, off when not set.</summary>
    internal bool MitigatesAnomalies { get; init; }

    internal required ImmutableArray<TargetPlan> Targets { get; init; }

    internal required HealthCheckPlan HealthCheck { get; init; }

    /// <summary><c>load_balancing.cross_zone.enabled</c>; null for <c>use_load_balancer_configuration</c>, its default.</summary>
    internal bool? CrossZone { get; init; }

    /// <summary>With fewer healthy targets than this, all are used; of those that a load balancer's node sends to.</summary>
    internal required HealthyMinimum Minimum { get; init; }

    /// <summary>With fewer healthy targets than this in a zone, the address of the load balancer's node there leaves DNS.</summary>
    internal HealthyMinimum DnsMinimum { get; init; } = new(1, 0);

    /// <summary>How long a target that was taken away may go on with the requests that it has, 0–3600 s, 300 s when not set.</summary>
    internal required TimeSpan DeregistrationDelay { get; init; }

    /// <summary>How long a target that has become healthy is given less than its share, 30–900 s; zero for not at all.</summary>
    internal TimeSpan SlowStart { get; init; }

    /// <summary>How a client is kept at its target; null when it isn't.</summary>
    internal StickinessPlan? Stickiness { get; init; }

    /// <summary>What a Network Load Balancer's group has besides; null for an Application Load Balancer's.</summary>
    internal NetworkGroupPlan? Network { get; init; }

    /// <summary>The algorithm as the API spells it.</summary>
    internal string AlgorithmName => Algorithm switch
    {
        Algorithm.RoundRobin => "round_robin",
        Algorithm.LeastOutstandingRequests => "least_outstanding_requests",
        _ => "weighted_random",
    };
}

/// <summary>A registered target.</summary>
/// <param name="Id">The instance id or IP address; <c>app/NAME/ID</c> of an Application Load Balancer.</param>
/// <param name="Port">The declared port.</param>
/// <param name="Zone">Its availability zone, or null when nothing says so.</param>
/// <param name="Declared">Its address and port in the VPC.</param>
/// <param name="Bound">Where it listens on this machine.</param>
/// <param name="HealthBound">Where its health is checked on this machine.</param>
internal sealed record TargetPlan(string Id, int Port, string? Zone, IPEndPoint Declared, IPEndPoint Bound, IPEndPoint HealthBound)
{
    /// <summary>The port that its health is checked at.</summary>
    internal int CheckPort { get; init; } = Port;

    /// <summary>Whether it is in a zone of the load balancer that its group is for; else it is unused.</summary>
    internal bool InEnabledZone { get; init; } = true;

    /// <summary>The zone of the node, where a target has several; null for the others.</summary>
    internal string? Node { get; init; }

    /// <summary><c>i-0a1:30080</c>.</summary>
    internal string Label => Node is null ? $"{Id}:{Port}" : $"{Id}:{Port} ({Node})";
}
