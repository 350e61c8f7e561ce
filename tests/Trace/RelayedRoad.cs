using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.Trace.Tests;

/// <summary>The road of <see cref="TestRoad"/> with a load balancer that reads no HTTP: it relays the client's connection to the node.</summary>
internal static class RelayedRoad
{
    /// <summary>The load balancer's relay; null for no way on where it found nobody.</summary>
    public static ConnectionRecord AtBalancer(this TestRoad road, ConnectionId? upstream, string? closed = null, bool refused = false, HandshakeRecord? handshake = null) => new()
    {
        Hop = Hop.LoadBalancer,
        Generation = road.Generation,
        Downstream = TestRoad.Client,
        AcceptedAt = TestRoad.At(2.2),
        Decision = new TestDecision(new HopAccount(Hop.LoadBalancer, "shop-net", "TCP:443 → target group shop-nodes → i-0a1 10.0.1.10:30443, by the flow's hash of 2")
        {
            Facts = new JsonObject { ["targetGroup"] = "shop-nodes", ["target"] = "i-0a1:30443", ["clientAddress"] = "preserved: the target sees 127.0.0.1, from a port of its own" },
            Reasons = [new Reason("i-0a1:30443", true, "healthy, 0 connections; the highest")],
        }),
        Upstream = upstream,
        ConnectedAt = upstream is null ? 0 : TestRoad.At(2.4),
        ClosedAt = closed is null ? 0 : TestRoad.At(2.6),
        CloseReason = closed,
        Refused = refused,
        Handshake = handshake,
    };

    /// <summary>Adds the load balancer's and the node's relays as they open; the client's handshake where TLS ends at the load balancer.</summary>
    public static void Relay(this TestRoad road, ConnectionId end, HandshakeRecord? handshake = null)
    {
        var balancer = road.AtBalancer(TestRoad.ToNode, handshake: handshake);
        var node = road.AtNode();
        (node.Upstream, node.ConnectedAt) = (end, TestRoad.At(5.9));
        road.Log.Add(balancer);
        road.Log.Connected(balancer);
        road.Log.Add(node);
        road.Log.Connected(node);
    }

    /// <summary>The ingress's record of a request that no load balancer gave an id.</summary>
    public static RequestRecord Unnamed(this TestRoad road, int nth = 1)
    {
        var ingress = road.Ingress(nth);
        (ingress.JourneyId, ingress.TraceId, ingress.Scheme) = (null, TestRoad.TraceId, "https");
        return ingress;
    }

    /// <summary>The handshake with the ingress.</summary>
    public static HandshakeRecord AtIngress(string? failure = null) => new()
    {
        Hop = Hop.Ingress,
        Connection = TestRoad.ToIngress,
        AcceptedAt = TestRoad.At(5.9),
        DoneAt = failure is null ? TestRoad.At(6.1) : 0,
        FailedAt = failure is null ? 0 : TestRoad.At(6.1),
        Version = failure is null ? "TLSv1.3" : null,
        Cipher = failure is null ? "TLS_AES_256_GCM_SHA384" : null,
        ServerName = "api.example.com",
        Failure = failure,
        Outcome = failure is null ? null : "ingress.tls.client-refused",
        Decision = new TestDecision(new HopAccount(Hop.Ingress, "ingress-nginx-controller-7d", "certificate CN=api.example.com (Secret shop/api-tls), since it is that of the Ingress with host api.example.com")),
    };
}
