using System.Net;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Model.Contracts;

/// <summary>Where kube-proxy catches a Service's connections.</summary>
public enum FrontKind
{
    /// <summary>The same port on every node.</summary>
    NodePort,

    /// <summary>The Service's virtual IP.</summary>
    ClusterIP,

    /// <summary>
    /// The port on which kube-proxy itself answers whether its node has an endpoint of the Service (<c>spec.healthCheckNodePort</c>): HTTP 200 or 503.
    /// </summary>
    HealthCheck,
}

/// <summary>One front that kube-proxy programs: a NodePort or health check on one node, or a port of a virtual IP.</summary>
/// <param name="Kind">Which kind.</param>
/// <param name="Service">The Service.</param>
/// <param name="PortName">The port's name in the Service; empty for a single unnamed one.</param>
/// <param name="Node">The node of a NodePort or health check; null for a virtual IP.</param>
/// <param name="Declared">Its address and port in the cluster.</param>
/// <param name="Bound">Where it listens on this machine.</param>
public sealed record ServiceFront(FrontKind Kind, ResourceKey Service, string PortName, ResourceKey? Node, IPEndPoint Declared, IPEndPoint Bound)
{
    /// <summary>Whether it catches UDP datagrams; else TCP connections. Both may have the same port.</summary>
    public bool Udp { get; init; }

    /// <summary>Where it is among sockets.</summary>
    public FrontPlace Place => new(Bound, Udp);
}

/// <summary>A place that one socket can have.</summary>
/// <param name="Bound">Address and port on this machine.</param>
/// <param name="Udp">Whether for UDP; else TCP.</param>
public readonly record struct FrontPlace(IPEndPoint Bound, bool Udp)
{
    /// <summary><c>127.18.16.1:8053</c>, of UDP with <c>/UDP</c> after it.</summary>
    public override string ToString() => Udp ? $"{Bound}/UDP" : $"{Bound}";
}

/// <summary>The answer to one connection.</summary>
/// <param name="Decision">Which endpoint and why, to be replayed.</param>
/// <param name="Destination">The bound endpoint to dial; null when the Service has no endpoint to give.</param>
/// <param name="Source">The address to dial from, as kube-proxy's source NAT has it; null for the road's default.</param>
public sealed record FrontDecision(IDecision Decision, IPEndPoint? Destination, IPAddress? Source)
{
    /// <summary>To be called by who opens the connection, where the choice is to be remembered (ClientIP affinity); null otherwise. An explanation doesn't call it.</summary>
    public Action? Opened { get; init; }

    /// <summary>Whether its packets are dropped: the connection gets no answer, where one without a destination is otherwise refused.</summary>
    public bool Dropped { get; init; }

    /// <summary>To be called when a connection that was opened has ended; null where nobody counts.</summary>
    public Action? Closed { get; init; }

    /// <summary>How long the connection may be silent before both sides are reset; null for as long as they like.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>What the destination is sent before anything else; empty for nothing.</summary>
    public ReadOnlyMemory<byte> Preface { get; init; }

    /// <summary>Resets the connection when it fires; null where only its ends end it.</summary>
    public ConnectionCut? Cut { get; init; }

    /// <summary>What the destination is called in the cluster, for people; null where only its bound endpoint is known.</summary>
    public IPEndPoint? Declared { get; init; }
}

/// <summary>
/// kube-proxy's program: the fronts of every Service and the choice of an endpoint. Owned by the Services' hop; the nodes' hop
/// carries it out with relays.
/// </summary>
public interface IServiceFronts
{
    /// <summary>Every front of a generation.</summary>
    IReadOnlyList<ServiceFront> All(Generation generation);

    /// <summary>
    /// Whether a front has an endpoint as its node's kube-proxy knows it. One without refuses connections, as kube-proxy's reject rule does. A health
    /// check's front answers in any case.
    /// </summary>
    bool HasEndpoints(Generation generation, ServiceFront front);

    /// <summary>
    /// Whether a NodePort's packets from outside are dropped: the policy is <c>Local</c>, and only other nodes have an endpoint. Its connections time out
    /// where those of a front without any endpoint are refused.
    /// </summary>
    bool Drops(Generation generation, ServiceFront front) => false;

    /// <summary>
    /// Whether a virtual IP's packets from this source are dropped: the policy is <c>Local</c>, and only other nodes than the source's have an endpoint. The
    /// virtual IP is one socket for all nodes here, so who dials has to ask.
    /// </summary>
    bool Drops(Generation generation, ServiceFront front, IPAddress source) => false;

    /// <summary>
    /// Whether a front's Service port has a ready endpoint as the API server tells it now: for those who watch EndpointSlices themselves, as an
    /// ingress controller does, and don't wait for kube-proxy.
    /// </summary>
    bool HasReadyEndpoints(Generation generation, ServiceFront front) => HasEndpoints(generation, front);

    /// <summary>
    /// The endpoints of a front's Service port as the API server tells them now, ready or not: for those who choose one themselves, as an ingress controller does. A headless Service, which has
    /// no front, is found by its name and its port's name. Never waits, and allocates nothing while nothing changes.
    /// </summary>
    FrontEndpoints EndpointsOf(Generation generation, ServiceFront front) => FrontEndpoints.None;

    /// <summary>How many ready endpoints of a health check's Service its node has, as that node's kube-proxy knows it.</summary>
    int LocalEndpoints(Generation generation, ServiceFront front) => 0;

    /// <summary>Chooses an endpoint for a new connection.</summary>
    FrontDecision Decide(Generation generation, ServiceFront front, IPAddress source);

    /// <summary>
    /// Whether a flow of datagrams that leads to this bound endpoint may go on. Netfilter remembers where a flow goes, and a client may never stop sending: kube-proxy makes it forget flows
    /// whose endpoint doesn't serve any more (<c>CleanStaleEntries</c> in Kubernetes' <c>pkg/proxy/conntrack/cleanup.go</c>, for UDP alone), so that the next datagram is decided anew.
    /// </summary>
    bool Serves(Generation generation, ServiceFront front, IPAddress source, IPEndPoint endpoint) => true;

    /// <summary>Raised after endpoints changed; handlers must not wait.</summary>
    event Action? Changed;
}
