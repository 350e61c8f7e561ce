using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>
/// Gateways, routes, policies and the Gateways' pods → snapshot (Gateway API v1.6, standard channel):
/// <list type="number">
/// <item>Which Gateways are served, and their listeners.</item>
/// <item>Routes attach, the older first; what they say is compiled once for each Gateway.</item>
/// <item>Ports are built of listeners, and each pod of a Gateway gets them.</item>
/// <item>Everything gets its status.</item>
/// </list>
/// What is wrong with one object concerns that one: it has a condition that says so, and all others are served.
/// </summary>
internal sealed class GatewayCompiler : IHopCompiler
{
    public Snapshot Compile(CompileContext context)
    {
        var board = new StatusBoard(context, context.Running.Find<GatewaySnapshot>()?.Statuses ?? []);
        var references = new References(context);
        var certificates = new CertificateRefs(context, references);

        // 1.
        GatewayClasses.Say(context, board);
        var gateways = GatewayClasses.Served(context.State).ToList();
        var compiler = new ListenerCompiler(context, board, certificates);
        var listeners = gateways.ToDictionary(g => g.Key, compiler.Compile);
        compiler.SayOrphans(listeners.Keys.ToHashSet());

        // 2.
        var policies = new BackendTlsPolicies(context, certificates);
        var routes = new RouteAttachment(context, board, new BackendRefs(context, references, policies), listeners.Values.SelectMany(l => l).ToLookup(l => l.Owner));
        routes.AttachAll();
        policies.Say(board, routes.GatewaysByService);

        // 3.
        var ports = listeners.ToDictionary(pair => pair.Key, pair => Ports(pair.Key, pair.Value));
        var byPlace = new Dictionary<FrontPlace, GatewayPort>();
        foreach (var (pod, gateway) in GatewayObjects.PodsOf(context.State))
        {
            if (context.Addresses.Find(pod.Key) is not { } address || !ports.TryGetValue(gateway, out var plans)) continue;
            foreach (var plan in plans)
            {
                var port = new GatewayPort(pod.Key, new IPEndPoint(address.Declared, plan.Port), context.Addresses.Bind(pod.Key, plan.Port), plan);
                byPlace[port.Place] = port;
            }
        }

        // 4.
        foreach (var gateway in gateways)
        {
            var (conditions, addresses) = GatewayAddresses.Of(context, gateway);
            compiler.Say(gateway, listeners[gateway.Key], conditions, addresses);
            foreach (var condition in conditions.Where(c => c.Holds == false)) board.Refuse(gateway, "spec.addresses", condition);
        }

        return Snapshot.Of(new GatewaySnapshot(byPlace.ToFrozenDictionary()) { Statuses = [.. board.All] });
    }

    private static ImmutableArray<PortPlan> Ports(ResourceKey gateway, List<ListenerDraft> listeners) =>
    [
        .. listeners.Where(l => l.IsProgrammed).GroupBy(l => (l.Written.Port, Protocol: l.Protocol!.Value))
            .Select(g => new PortPlan(gateway, g.Key.Port, g.Key.Protocol, HostMatches<ListenerPlan>.Of([.. g.Select(l => KeyValuePair.Create(l.Hostname, l.Build()))]))),
    ];
}
