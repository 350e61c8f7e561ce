using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>The listeners of Network Load Balancers.</summary>
internal sealed class NetworkListenerCompiler(CompileContext context, ActionCompiler actions)
{
    private const string IdleTimeout = "tcp.idle_timeout.seconds";
    private const int StandardIdleSeconds = 350;

    /// <summary>A listener's plan; null after an error.</summary>
    internal NetworkListenerPlan? Compile(Resource<Listener> listener, Resource<Model.Aws.LoadBalancer> balancer)
    {
        if (listener.Value.Protocol is not ("TCP" or "TLS" or "UDP" or "TCP_UDP"))
        {
            context.Errors.Add(listener, "spec.protocol", $"found {listener.Value.Protocol}; a network load balancer's listeners speak TCP, TLS, UDP and TCP_UDP so far");
            return null;
        }

        DatagramCheck.Of(context, listener);
        var tls = listener.Value.Protocol == "TLS" ? PolicyOf(listener) : null;

        var node = LoadBalancerNode.Of(balancer).First();
        if (Forward(listener) is not { } forward || context.Addresses.Find(node.Owner) is null) return null;
        var plan = new NetworkListenerPlan
        {
            Arn = listener.Value.ListenerArn,
            LoadBalancer = balancer.Key,
            LoadBalancerName = balancer.Value.Name,
            LoadBalancerArn = balancer.Value.LoadBalancerArn,
            Port = listener.Value.Port,
            Service = balancer.Value.Service?.Short,
            Ingress = balancer.Value.Ingresses.Count == 0 ? null : string.Join(", ", balancer.Value.Ingresses.Select(i => i.Short)),
            Protocol = NetworkProtocols.Parse(listener.Value.Protocol),
            Bound = context.Addresses.Bind(node.Owner, listener.Value.Port),
            Forward = forward,
            Tls = tls,
            Alpn = AlpnPolicy.Of(listener.Value.AlpnPolicy),
            CrossZone = balancer.Value.Attributes.Flag("load_balancing.cross_zone.enabled", false),
            IdleTimeout = listener.Value.Attributes.Seconds(IdleTimeout, StandardIdleSeconds),
        };
        foreach (var (group, _) in forward.Groups)
        {
            // NLB user guide, Application Load Balancers as targets.
            if (plan.Tls is not null && group.Network is { IsAlb: true })
            {
                context.Errors.Add(listener, "spec.protocol", $"found TLS, and its default action forwards to target group {group.Name} of target type alb; only TCP listeners can");
            }

            // NLB user guide, Target groups, Sticky sessions.
            if (plan.Tls is not null && group.Network is { Sticky: true })
            {
                context.Errors.Add(listener, "spec.protocol", $"found TLS, and its default action forwards to target group {group.Name}, which has stickiness.enabled: sticky sessions aren't supported with TLS listeners and TLS target groups; switch them off");
            }

            if (IncompatibleProtocols.Goes(plan.Protocol, group.Network?.Protocol)) continue;
            context.Errors.Add(listener, "spec.protocol",
                IncompatibleProtocols.Words(listener.Value, "default action", group, group.Network?.Protocol.Text() ?? (group.Https ? "HTTPS" : "HTTP")));
        }

        return plan;
    }

    /// <summary>The listener of a load balancer's first node at all of them.</summary>
    internal IEnumerable<NetworkListenerPlan> AtEachNode(Resource<Model.Aws.LoadBalancer> balancer, NetworkListenerPlan first) =>
        LoadBalancerNode.Of(balancer).Select(node => first with { Zone = node.Zone, Bound = context.Addresses.Bind(node.Owner, first.Port) });

    /// <summary>Refuses the rules of Network Load Balancers' listeners, which have a default action alone (NLB user guide, Listeners).</summary>
    /// <returns>Which they are.</returns>
    internal static HashSet<ResourceKey> RefuseRules(CompileContext context)
    {
        var network = context.State.All<Model.Aws.LoadBalancer>().Where(b => b.Value.IsNetwork).Select(b => b.Value.LoadBalancerArn).ToHashSet(StringComparer.Ordinal);
        if (network.Count == 0) return [];
        var listeners = context.State.All<Listener>().Where(l => network.Contains(l.Value.LoadBalancerArn)).ToDictionary(l => l.Value.ListenerArn, l => l.Key, StringComparer.Ordinal);
        var refused = new HashSet<ResourceKey>();
        foreach (var rule in context.State.All<ListenerRule>())
        {
            if (!listeners.TryGetValue(rule.Value.ListenerArn, out var listener)) continue;
            refused.Add(rule.Key);
            context.Errors.Add(rule, "spec.listenerARN", $"found {rule.Value.ListenerArn}, which is {listener} of a network load balancer: such listeners have a default action and no rules");
        }

        return refused;
    }

    private TlsPolicy? PolicyOf(Resource<Listener> listener)
    {
        // NLB user guide, TLS listeners: idle for 350 s, which can't be changed.
        if (listener.Value.Attributes.TryGetValue(IdleTimeout, out var idle))
        {
            context.Errors.Add(listener, "spec.attributes", $"{IdleTimeout}: found {idle}; it goes with TCP listeners: a TLS listener's is {StandardIdleSeconds} s and can't be changed");
        }

        return TlsPolicy.Of(context, listener);
    }

    private ForwardPlan? Forward(Resource<Listener> listener)
    {
        if (listener.Value.DefaultActions.FirstOrDefault(a => a.Type != "forward") is { } other)
        {
            context.Errors.Add(listener, "spec.defaultActions[0].type", $"found {other.Type}; a network load balancer's listener can forward alone");
            return null;
        }

        if (listener.Value.DefaultActions is [{ StickinessSeconds: not null }])
        {
            context.Errors.Add(listener, "spec.defaultActions[0].forwardConfig.targetGroupStickinessConfig", "goes with application load balancers, which keep a client by a cookie; take it away");
        }

        return actions.Compile(listener.Key, listener.Origin, "spec.defaultActions", listener.Value.DefaultActions).Action as ForwardPlan;
    }
}
