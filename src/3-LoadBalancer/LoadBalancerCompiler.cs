using System.Collections.Immutable;
using System.Net;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>Load balancers, listeners, rules and target groups → snapshot. What concerns one object alone was checked by its doorway.</summary>
internal sealed class LoadBalancerCompiler : IHopCompiler
{
    public Snapshot Compile(CompileContext context)
    {
        CheckLoadBalancers(context);
        var groups = new TargetGroupCompiler(context).Compile();
        var actions = new ActionCompiler(context, groups);
        var network = new NetworkListenerCompiler(context, actions);
        var rules = Rules(context, actions).ToLookup(r => r.Listener, r => r.Rule, StringComparer.Ordinal);
        var listeners = ImmutableArray.CreateBuilder<ListenerPlan>();
        var networkListeners = ImmutableArray.CreateBuilder<NetworkListenerPlan>();
        var ports = new Dictionary<IPEndPoint, Resource<Listener>>();
        // Of two with one ARN, which is their name's error, the first counts.
        var balancers = new Dictionary<string, Resource<Model.Aws.LoadBalancer>>(StringComparer.Ordinal);
        foreach (var balancer in context.State.All<Model.Aws.LoadBalancer>()) balancers.TryAdd(balancer.Value.LoadBalancerArn, balancer);
        foreach (var listener in context.State.All<Listener>())
        {
            if (!balancers.TryGetValue(listener.Value.LoadBalancerArn, out var balancer))
            {
                context.Errors.Add(listener, "spec.loadBalancerARN", $"found {listener.Value.LoadBalancerArn}; no load balancer here has that ARN");
                continue;
            }

            var own = rules[listener.Value.ListenerArn];
            var plan = balancer.Value.IsNetwork ? null : Compile(context, listener, balancer, actions, own);
            var networkPlan = balancer.Value.IsNetwork ? network.Compile(listener, balancer) : null;
            if ((plan?.Bound ?? networkPlan?.Bound) is not { } bound) continue;
            if (!ports.TryAdd(bound, listener)) context.Errors.Add(listener, "spec.port", $"found {listener.Value.Port}, which {ports[bound].Key} of the same load balancer has (DuplicateListener)");
            else if (plan is not null) listeners.AddRange(AtEachNode(context, balancer, plan));
            else networkListeners.AddRange(network.AtEachNode(balancer, networkPlan!));
        }

        QuotaCheck.Of(context, listeners);
        // Most changes leave the rules as they are.
        var unreached = context.Step(context.Running.Find<LoadBalancerSnapshot>()?.Unreached, step => UnreachedRules.Tell(step, listeners));
        return Snapshot.Of(new LoadBalancerSnapshot(listeners.ToImmutable(), [.. groups.Values], networkListeners.ToImmutable()) { Unreached = unreached });
    }

    private static ListenerPlan? Compile(
        CompileContext context, Resource<Listener> listener, Resource<Model.Aws.LoadBalancer> balancer, ActionCompiler actions, IEnumerable<RulePlan> rules)
    {
        if (!AttributeCheck.Of(context, listener)) return null;
        var https = listener.Value.Protocol == "HTTPS";
        var tls = https ? TlsPolicy.Of(context, listener) : null;
        var (jwt, action) = actions.Compile(listener.Key, listener.Origin, "spec.defaultActions", listener.Value.DefaultActions);
        var node = LoadBalancerNode.Of(balancer).First();
        if (action is null || context.Addresses.Find(node.Owner) is null) return null;
        var ordered = rules.OrderBy(r => r.Priority)
            .Append(new RulePlan(listener.Value.ListenerArn, "default", 0, [], action) { Jwt = jwt, Ingress = listener.Value.Ingress }).ToImmutableArray();
        RefuseNetworkGroups(context, listener, ordered);
        if (!https) RefusePlain(context, listener, ordered);
        return new ListenerPlan
        {
            Arn = listener.Value.ListenerArn,
            LoadBalancer = balancer.Key,
            LoadBalancerName = balancer.Value.Name,
            LoadBalancerArn = balancer.Value.LoadBalancerArn,
            DnsName = balancer.Value.DnsName,
            Port = listener.Value.Port,
            Https = https,
            Tls = tls,
            Bound = context.Addresses.Bind(node.Owner, listener.Value.Port),
            Rules = ordered,
            Attributes = Attributes(balancer.Value.Attributes),
            Headers = listener.Value.Attributes.Count == 0 ? ListenerHeaders.Standard : ListenerHeaders.Of(listener.Value.Attributes),
            ReadsHeaders = ordered.Any(r => r.Jwt is not null || r.Action is ForwardPlan { ReadsCookies: true } || r.Conditions.Any(c => c is HeaderCondition)),
        };
    }

    /// <summary>The listener of a load balancer's first node at all of them: they differ in nothing but zone and address.</summary>
    private static IEnumerable<ListenerPlan> AtEachNode(CompileContext context, Resource<Model.Aws.LoadBalancer> balancer, ListenerPlan first) =>
        LoadBalancerNode.Of(balancer).Select(node => first with { Zone = node.Zone, Bound = context.Addresses.Bind(node.Owner, first.Port) });

    /// <summary>
    /// HTTP/2 is spoken to HTTPS listeners alone, so groups of these versions go with no other (ALB user guide, Target groups, Protocol version; the message is ELBv2's).
    /// Tokens are validated at HTTPS listeners alone (ELBv2 API, Action).
    /// </summary>
    private static void RefusePlain(CompileContext context, Resource<Listener> listener, IEnumerable<RulePlan> rules)
    {
        foreach (var rule in rules)
        {
            if (rule.Jwt is not null) context.Errors.Add(listener, "spec.protocol", $"found HTTP, and its {rule.Label} has a jwt-validation action; HTTPS is wanted");
            foreach (var (group, _) in (rule.Action as ForwardPlan)?.Groups ?? [])
            {
                if (group.Version == ProtocolVersion.Http1) continue;
                context.Errors.Add(listener, "spec.protocol",
                    $"found HTTP, and its {rule.Label} forwards to target group {group.Name}; HTTPS is wanted: Listener protocol 'HTTP' is not supported with a target group with the protocol-version '{group.Version.Text()}'");
            }
        }
    }

    private static void RefuseNetworkGroups(CompileContext context, Resource<Listener> listener, IEnumerable<RulePlan> rules)
    {
        foreach (var rule in rules)
        {
            foreach (var (group, _) in (rule.Action as ForwardPlan)?.Groups ?? [])
            {
                if (group.Network is { } network) context.Errors.Add(listener, "spec.protocol", IncompatibleProtocols.Words(listener.Value, rule.Label, group, network.Protocol.Text()));
            }
        }
    }

    private static IEnumerable<(string Listener, RulePlan Rule)> Rules(CompileContext context, ActionCompiler actions)
    {
        var priorities = new Dictionary<(string, int), Resource<ListenerRule>>();
        var conditions = new ConditionCompiler(context);
        var transforms = new TransformCompiler(context);
        var listeners = context.State.All<Listener>().Select(l => l.Value.ListenerArn).ToHashSet(StringComparer.Ordinal);
        var refused = NetworkListenerCompiler.RefuseRules(context);
        foreach (var rule in context.State.All<ListenerRule>())
        {
            if (!listeners.Contains(rule.Value.ListenerArn))
            {
                context.Errors.Add(rule, "spec.listenerARN", $"found {rule.Value.ListenerArn}; no listener here has that ARN");
            }

            if (refused.Contains(rule.Key)) continue;
            var slot = (rule.Value.ListenerArn, rule.Value.Priority);
            if (!priorities.TryAdd(slot, rule))
            {
                context.Errors.Add(rule, "spec.priority",
                    $"found {rule.Value.Priority}, which {priorities[slot].Key} of the same listener has; priorities are unique in a listener (PriorityInUse)");
                continue;
            }

            var (jwt, action) = actions.Compile(rule.Key, rule.Origin, "spec.actions", rule.Value.Actions);
            var compiled = conditions.Compile(rule);
            var rewrites = transforms.Compile(rule);
            if (action is not null) yield return (rule.Value.ListenerArn, new RulePlan(rule.Value.RuleArn, rule.Key.Name, rule.Value.Priority, compiled, action, rewrites) { Jwt = jwt, Ingress = rule.Value.Ingress, Path = rule.Value.Path });
        }
    }

    private static void CheckLoadBalancers(CompileContext context)
    {
        var names = new Dictionary<string, Resource<Model.Aws.LoadBalancer>>(StringComparer.Ordinal);
        foreach (var balancer in context.State.All<Model.Aws.LoadBalancer>())
        {
            AttributeCheck.Of(context, balancer);
            if (names.TryAdd(balancer.Value.Name, balancer)) continue;
            context.Errors.Add(balancer, "spec.name", $"found {balancer.Value.Name}, which {names[balancer.Value.Name].Key} has (DuplicateLoadBalancerName)");
        }
    }

    private static LoadBalancerAttributes Attributes(IReadOnlyDictionary<string, string> written) => new(
        IdleTimeout: written.Seconds("idle_timeout.timeout_seconds", 60),
        ClientKeepAlive: written.Seconds("client_keep_alive.seconds", 3600),
        Http2: written.Flag("routing.http2.enabled", true),
        PreserveHost: written.Flag("routing.http.preserve_host_header.enabled", false),
        DropInvalidHeaders: written.Flag("routing.http.drop_invalid_header_fields.enabled", false),
        ForwardedFor: written.GetValueOrDefault("routing.http.xff_header_processing.mode") switch
        {
            "preserve" => ForwardedForMode.Preserve,
            "remove" => ForwardedForMode.Remove,
            _ => ForwardedForMode.Append,
        },
        ClientPort: written.Flag("routing.http.xff_client_port.enabled", false),
        TlsHeaders: written.Flag("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", false),
        Desync: written.GetValueOrDefault("routing.http.desync_mitigation_mode") switch
        {
            "monitor" => DesyncMode.Monitor,
            "strictest" => DesyncMode.Strictest,
            _ => DesyncMode.Defensive,
        });
}
