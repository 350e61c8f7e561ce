using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>Decides for the connections that Network Load Balancers accept.</summary>
internal sealed class NetworkListeners(TargetTable table)
{
    /// <summary>How long a flow of datagrams may be silent; it can't be changed (NLB user guide, Network Load Balancers, Connection idle timeout).</summary>
    private static readonly TimeSpan DatagramIdle = TimeSpan.FromSeconds(120);

    /// <summary>Where a connection goes that came to a listener, or a flow of datagrams.</summary>
    internal FrontDecision Decide(Generation generation, IPEndPoint bound, ConnectionId connection)
    {
        // The front of a listener that is gone still carries what it had, and accepts no more.
        if (generation.Find<LoadBalancerSnapshot>()?.NetworkListenerAt(bound) is not { } listener || !listener.Takes(connection.Udp)) return new FrontDecision(new NoNetworkListenerDecision(bound, connection.Udp), null, null);
        var decision = NetworkDecision.Make(listener, new LivingStates(table, Sends: true), Flow.Of(connection), Draw.Random());
        if (decision.Target is not { } target) return new FrontDecision(decision, null, null);
        var state = table.Of(decision.Choice.Group!).Targets[decision.Choice.Target];
        return new FrontDecision(decision, target.Bound, decision.Source)
        {
            Declared = target.Declared,
            Opened = state.Begin,
            Closed = state.End,
            IdleTimeout = connection.Udp ? DatagramIdle : listener.IdleTimeout,
            Cut = state.Connections,
            Preface = decision.Proxied is { } ends ? ProxyHeaderWriter.Write(ends.Source, ends.Destination) : default,
        };
    }
}

/// <summary>A connection that was accepted while its listener was taken away, or a datagram that came then.</summary>
internal sealed record NoNetworkListenerDecision(IPEndPoint Bound, bool Udp) : IConnectionDecision
{
    public IEnumerable<HopAccount> Tell() =>
        [new HopAccount(Hop.LoadBalancer, Bound.ToString(), $"no listener at {Bound} any more: {Flow.Loss(Udp)}") { Ok = false, Outcome = $"load-balancer.{Flow.Loss(Udp)}.no-listener" }];
}
