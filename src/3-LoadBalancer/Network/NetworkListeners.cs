using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>Decides for the connections that Network Load Balancers accept.</summary>
internal sealed class NetworkListeners(TargetTable table)
{
    /// <summary>Where a connection goes that came to a listener.</summary>
    internal FrontDecision Decide(Generation generation, IPEndPoint bound, ConnectionId connection)
    {
        // The front of a listener that is gone still carries what it had, and accepts no more.
        if (generation.Find<LoadBalancerSnapshot>()?.NetworkListenerAt(bound) is not { } listener) return new FrontDecision(new NoNetworkListenerDecision(bound), null, null);
        var decision = NetworkDecision.Make(listener, new LivingStates(table, Sends: true), new Flow("tcp", connection.From, connection.To), Draw.Random());
        if (decision.Target is not { } target) return new FrontDecision(decision, null, null);
        var state = table.Of(decision.Choice.Group!).Targets[decision.Choice.Target];
        return new FrontDecision(decision, target.Bound, decision.Source)
        {
            Declared = target.Declared,
            Opened = state.Begin,
            Closed = state.End,
            IdleTimeout = listener.IdleTimeout,
            Cut = state.Connections,
            Preface = decision.Proxied is { } ends ? ProxyHeaderWriter.Write(ends.Source, ends.Destination) : default,
        };
    }
}

/// <summary>A connection that was accepted while its listener was taken away.</summary>
internal sealed record NoNetworkListenerDecision(IPEndPoint Bound) : IConnectionDecision
{
    public IEnumerable<HopAccount> Tell() =>
        [new HopAccount(Hop.LoadBalancer, Bound.ToString(), $"no listener at {Bound} any more: reset") { Ok = false, Outcome = "load-balancer.reset.no-listener" }];
}
