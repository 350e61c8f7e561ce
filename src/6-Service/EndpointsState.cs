using System.Collections.Immutable;
using System.Net;

namespace Usher.Service;

/// <summary>The conditions of an endpoint, as in an EndpointSlice.</summary>
/// <param name="Ready">Serving and not terminating, or published in any case (<c>publishNotReadyAddresses</c>).</param>
/// <param name="Serving">The pod's Ready condition, also while it terminates.</param>
/// <param name="Terminating">From the request to stop on.</param>
/// <param name="Message">Why it isn't ready; null when it is.</param>
/// <seealso href="https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#conditions"/>
internal sealed record EndpointCondition(bool Ready, bool Serving, bool Terminating, string? Message = null)
{
    /// <summary>Ready, serving, not terminating.</summary>
    public static EndpointCondition Fine { get; } = new(true, true, false);

    /// <summary>Whether kube-proxy may fall back on it when no endpoint is ready.</summary>
    public bool ServesWhileTerminating => Serving && Terminating;
}

/// <summary>The conditions of all endpoints of one port at one moment, in the order of <see cref="ServicePort.Endpoints"/>. Immutable.</summary>
internal sealed record EndpointsState(ImmutableArray<EndpointCondition> Conditions)
{
    /// <summary>How many are ready.</summary>
    public int Ready { get; } = Conditions.Count(c => c.Ready);
}

/// <summary>The living state that a decision reads.</summary>
/// <param name="Endpoints">The endpoints' conditions, as the node's kube-proxy has them.</param>
/// <param name="Remembered">The declared endpoint that this client was sent to before (ClientIP affinity); null when there is none.</param>
internal sealed record ServiceState(EndpointsState Endpoints, IPEndPoint? Remembered = null)
{
    /// <summary>The run of the node's kube-proxy that these conditions are of; null where they are what the API server tells.</summary>
    public NodeProgram? Program { get; init; }

    /// <summary>What that kube-proxy had not heard of yet; null when nothing.</summary>
    public ProxyLag? Lag { get; init; }
}

/// <summary>What a decision knows of the connection.</summary>
/// <param name="Source">Where it comes from, bound.</param>
/// <param name="SourceNode">The node that the source lives on, for a pod or a node itself; null for a source outside the cluster.</param>
internal sealed record ConnectionFacts(IPAddress Source, NodePlace? SourceNode);
