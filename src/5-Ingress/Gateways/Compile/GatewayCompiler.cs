using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>
/// Gateways, routes, policies and the Gateways' pods → snapshot (Gateway API v1.6, standard channel):
/// <list type="number">
/// <item>Which Gateways are served, their listeners, grants and policies; taken over while nothing of that changes.</item>
/// <item>Each route by itself; taken over while it, and what it refers to, doesn't change.</item>
/// <item>The routes together, the older first: tables of listeners.</item>
/// <item>Ports are built of listeners, and each pod of a Gateway gets them.</item>
/// <item>Everything gets its status.</item>
/// </list>
/// What is wrong with one object concerns that one: it has a condition that says so, and all others are served.
/// </summary>
internal sealed class GatewayCompiler : IHopCompiler
{
    public Snapshot Compile(CompileContext context)
    {
        var before = context.Running.Find<GatewaySnapshot>();

        // 1.
        var setup = context.Step(before?.Setup, GatewaySetup.Compile);

        // 2.
        var routes = new RouteSteps(context, setup.Value, before);
        routes.Take<HttpRoute>(static (a, r) => a.Attach(r));
        routes.Take<GrpcRoute>(static (a, r) => a.Attach(r));
        routes.Take<TlsRoute>(static (a, r) => a.Attach(r));
        routes.Take<TcpRoute>(static (a, r) => a.Attach(r));
        routes.Take<UdpRoute>(static (a, r) => a.Attach(r));
        routes.Close();

        // 3.
        var merge = new RouteMerge(context, setup.Value, before?.Listeners ?? FrozenDictionary<(ResourceKey, string), ListenerPlan>.Empty);
        merge.Merge([.. routes.All.Select(r => r.Value)]);
        var listeners = setup.Value.ByOwner.SelectMany(l => l).Where(d => d.IsProgrammed).ToDictionary(d => d, d => merge.Of(d).Build());
        ShadowedMatches.Warn(context, listeners.Values);

        // 4.
        var hosts = new RouteHosts(routes.ByKey, merge.Statuses);
        var closed = setup.Value.Listeners.ToDictionary(pair => pair.Key, pair => pair.Value.All.Where(d => d.Protocol is not null && !d.IsProgrammed).ToLookup(d => (d.Written.Port, d.Protocol!.Value), ClosedListener.Of));
        var nobody = new Dictionary<FrontPlace, ClosedPort>();
        var ports = setup.Value.Listeners.ToDictionary(pair => pair.Key, pair => Ports(pair.Value, listeners).Select(p => (Plan: p, PodPort: GatewayObjects.PodPort(context.State, pair.Value.Gateway, p.Port, p.Protocol == PortProtocol.Udp))).ToList());
        var byPlace = new Dictionary<FrontPlace, GatewayPort>();
        foreach (var (pod, gateway) in GatewayObjects.PodsOf(context.State))
        {
            if (context.Addresses.Find(pod.Key) is not { } address || !ports.TryGetValue(gateway, out var plans)) continue;
            foreach (var (plan, podPort) in plans)
            {
                var port = new GatewayPort(pod.Key, new IPEndPoint(address.Declared, podPort), context.Addresses.Bind(pod.Key, podPort), plan) { Hosts = hosts, Closed = [.. closed[gateway][(plan.Port, plan.Protocol)]] };
                byPlace[port.Place] = port;
            }

            foreach (var port in closed[gateway].Where(p => p.Key.Value != PortProtocol.Udp))
            {
                var at = GatewayObjects.PodPort(context.State, setup.Value.Listeners[gateway].Gateway, port.Key.Port, udp: false);
                nobody[new FrontPlace(context.Addresses.Bind(pod.Key, at), Udp: false)] = new ClosedPort(new IPEndPoint(address.Declared, at), string.Join("; ", port.Select(l => l.Words)));
            }
        }

        // 5.
        var board = new StatusBoard(context, before?.Own ?? []);
        GatewayClasses.Say(context, board);
        foreach (var gateway in setup.Value.Listeners.Values) GatewayStatus.Say(context, board, setup.Value, gateway, d => merge.Of(d).Routes);
        GatewayStatus.SayOrphans(context, board, setup.Value);
        setup.Value.Policies.Say(board, merge.GatewaysByService);
        return Snapshot.Of(new GatewaySnapshot(byPlace.ToFrozenDictionary())
        {
            Setup = setup,
            Routes = routes.ByKey,
            Read = routes.Read,
            Listeners = listeners.ToFrozenDictionary(l => (l.Key.Owner, l.Key.Written.Name), l => l.Value),
            Own = board.All,
            OfRoutes = merge.Statuses,
            Closed = nobody.Where(n => !byPlace.ContainsKey(n.Key)).ToFrozenDictionary(),
        });
    }

    private static ImmutableArray<PortPlan> Ports(GatewayListeners gateway, Dictionary<ListenerDraft, ListenerPlan> plans) =>
    [
        .. gateway.All.Where(l => l.IsProgrammed).GroupBy(l => (l.Written.Port, Protocol: l.Protocol!.Value))
            .Select(g => new PortPlan(gateway.Gateway.Key, g.Key.Port, g.Key.Protocol, HostMatches<ListenerPlan>.Of([.. g.Select(l => KeyValuePair.Create(l.Hostname, plans[l]))]))),
    ];
}
