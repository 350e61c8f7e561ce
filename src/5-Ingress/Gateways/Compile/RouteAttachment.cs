using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>One route → what it adds to the listeners that let it in, and what is said of each of its parents. Depends on no other route.</summary>
/// <param name="context">The step's own.</param>
/// <param name="setup">The listeners.</param>
/// <param name="before">What was said of the route so far.</param>
internal sealed class RouteAttachment(CompileContext context, GatewaySetup setup, IReadOnlyList<ObjectStatus> before)
{
    private readonly RouteParents parents = new(context, setup);
    private readonly BackendRefs backends = new(context, setup);
    private readonly StatusBoard board = new(context, before);

    internal AttachedRoute Attach(Resource<HttpRoute> route) => Attach(route, route.Value.Spec, gateway => HttpRouteCompiler.Compile(backends, gateway, route));

    internal AttachedRoute Attach(Resource<GrpcRoute> route) => Attach(route, route.Value.Spec, gateway => GrpcRouteCompiler.Compile(backends, gateway, route));

    internal AttachedRoute Attach(Resource<TlsRoute> route) => Attach(route, route.Value.Spec, [.. route.Value.Spec.Rules.SelectMany((rule, i) => rule.BackendRefs.Select((r, j) => (r, FormattableString.Invariant($"spec.rules[{i}].backendRefs[{j}]"))))], udp: false);

    internal AttachedRoute Attach(Resource<TcpRoute> route) => Attach(route, route.Value.Spec, [.. route.Value.Spec.Rules.SelectMany((rule, i) => rule.BackendRefs.Select((r, j) => (r, FormattableString.Invariant($"spec.rules[{i}].backendRefs[{j}]"))))], udp: false);

    internal AttachedRoute Attach(Resource<UdpRoute> route) => Attach(route, route.Value.Spec, [.. route.Value.Spec.Rules.SelectMany((rule, i) => rule.BackendRefs.Select((r, j) => (r, FormattableString.Invariant($"spec.rules[{i}].backendRefs[{j}]"))))], udp: true);

    private AttachedRoute Attach<T>(Resource<T> route, HostRouteSpec spec, Func<Resource<Gateway>, IEnumerable<CompiledRule>> compile) where T : class, IMetadata<V1ObjectMeta>
    {
        var head = HeadOf(route, spec);
        var compiled = new Dictionary<ResourceKey, List<CompiledRule>>();
        var attached = new List<AttachedParent>();
        foreach (var (parent, lost) in ParentsOf(route, head))
        {
            List<CompiledRule> rules = [];
            var additions = new List<ListenerAddition>(parent.Listeners.Count);
            foreach (var (listener, hosts) in parent.Listeners)
            {
                if (!compiled.TryGetValue(listener.Gateway.Key, out var found)) compiled[listener.Gateway.Key] = found = [.. compile(listener.Gateway)];
                rules = found;
                additions.Add(new ListenerAddition(listener, hosts, [.. rules.SelectMany(r => r.Services).Distinct()])
                {
                    Matches = [.. hosts.Select(host => KeyValuePair.Create(host, rules.SelectMany(r => r.Matches).Select(m => m with { Host = host }).ToArray()))],
                });
            }

            attached.Add(new AttachedParent(parent, additions, Say(route, parent, rules)) { Lost = lost });
        }

        return new AttachedRoute(route.Value, setup, head, attached);
    }

    private AttachedRoute Attach<T>(Resource<T> route, RouteSpec spec, IReadOnlyList<(BackendRef Reference, string Field)> references, bool udp) where T : class, IMetadata<V1ObjectMeta>
    {
        var head = HeadOf(route, spec);
        var attached = new List<AttachedParent>();
        foreach (var (parent, lost) in ParentsOf(route, head))
        {
            Condition? unresolved = null;
            var additions = new List<ListenerAddition>(parent.Listeners.Count);
            foreach (var (listener, hosts) in parent.Listeners)
            {
                var resolved = references.Select(r => (Found: backends.Resolve(head.Key, r.Reference, r.Reference.Weight, isGrpc: false, listener.Gateway, udp), r.Field)).ToList();
                unresolved ??= resolved.Where(r => r.Found.Unresolved is not null).Select(r => r.Found.Unresolved! with { Message = $"{r.Field}: {r.Found.Unresolved.Message}" }).FirstOrDefault();
                var targets = resolved.Select(r => Target(r.Found.Backend, listener.Kind, route.Key.Kind)).ToList();
                additions.Add(new ListenerAddition(listener, hosts, [.. targets.Where(t => t.Invalid is null || t.TlsBy is not null).Select(t => t.Backend.Front.Service).Distinct()])
                {
                    Connections = [.. hosts.Select(host => new ConnectionRule(head.Key, host, [.. targets], targets.Sum(t => t.Weight)))],
                });
            }

            attached.Add(new AttachedParent(parent, additions, Say(route, parent, [new CompiledRule([], null, unresolved)])) { Lost = lost });
        }

        return new AttachedRoute(route.Value, setup, head, attached);
    }

    /// <summary>The parents, each with the hosts that listeners take away there. Who reads no status is told of those that take effect nowhere, and of those that another listener has.</summary>
    private IEnumerable<(Parent Parent, IReadOnlyList<LostHost> Lost)> ParentsOf<T>(Resource<T> route, RouteHead head) where T : class
    {
        var all = parents.Of(head).ToList();
        foreach (var parent in all)
        {
            var lost = LostHosts.Of(setup, head, parent, all);
            foreach (var host in lost)
            {
                if (host.Listener is null && (all.Count < head.Parents.Count || all.Any(p => p.Listeners.Any(l => l.Hosts.Contains(host.Host))))) continue;
                context.Warnings.Add(route, head.FieldOf(host.Host, parent), $"takes no effect: {host.Words}");
            }

            yield return (parent, lost);
        }
    }

    private RouteHead HeadOf<T>(Resource<T> route, RouteSpec spec) where T : class, IMetadata<V1ObjectMeta>
    {
        if (spec.ParentRefs.Count == 0) context.Warnings.Add(route, "spec.parentRefs", "names no parent, so nothing serves it");
        return new RouteHead(route.Key, Age.Of(route), spec.ParentRefs, spec is HostRouteSpec named ? named.Hostnames : []);
    }

    /// <summary>A backend of connections. What goes on as it came is encrypted already; datagrams would want DTLS, of which the API knows nothing.</summary>
    private static WeightedBackend Target(WeightedBackend backend, ListenerKind kind, string route) => backend.Tls is null ? backend
        : kind == ListenerKind.Passthrough ? backend with { Tls = null }
        : route == "UDPRoute" ? backend with { Invalid = $"{backend.TlsBy} wants TLS, which datagrams don't get here" }
        : backend;

    private ObjectStatus Say<T>(Resource<T> route, Parent parent, List<CompiledRule> rules) where T : class
    {
        var accepted = parent.Accepted;
        var wrong = rules.Where(r => r.Wrong is not null).Select(r => r.Wrong!).ToList();
        var unresolved = rules.Select(r => r.Unresolved).FirstOrDefault(u => u is not null);
        // A route of which nothing can be served isn't accepted; one of which some rules can is, with a condition for the others.
        if (accepted.Holds == true && wrong.Count > 0 && wrong[0].Type == "Accepted" && rules.TrueForAll(r => r.Wrong is not null && !r.IsServed)) accepted = wrong[0];
        List<Condition> conditions = [accepted, unresolved ?? new Condition("ResolvedRefs", true, "ResolvedRefs", "every reference is resolved")];
        if (accepted.Holds == true && wrong.Find(w => w.Type == "Accepted") is { } partly) conditions.Add(new Condition("PartiallyInvalid", true, partly.Reason, partly.Message));
        board.Say(route, parent.Label, conditions);
        if (accepted.Holds == false) board.Refuse(route, parent.Field, accepted);
        foreach (var condition in wrong.Where(w => w != accepted && w.Type == "Accepted")) board.Refuse(route, FieldOf(condition.Message), condition with { Type = "PartiallyInvalid", Holds = true });
        foreach (var (lost, rule) in rules.Where(r => accepted.Holds == true && r.Unresolved is not null).Select(r => (r.Unresolved!, r)).DistinctBy(r => r.Item1))
        {
            var becomes = route.Key.Kind is not ("HTTPRoute" or "GRPCRoute") ? "Its share of the connections is closed"
                : FieldOf(lost.Message).Contains(".filters[", StringComparison.Ordinal) && lost.Message != rule.Wrong?.Message ? "No copy is sent there"
                : "Its share of the requests is answered 500";
            context.Warnings.Add(route, FieldOf(lost.Message), $"ResolvedRefs is False, {lost.Reason}: {WithoutField(lost.Message)}. {becomes}{(lost.Reason == "BackendNotFound" ? " until it is there" : "")}");
        }
        return board.All[^1];
    }

    // Messages begin with the field that they are about.
    private static string WithoutField(string message) => message.StartsWith("spec.", StringComparison.Ordinal) ? message[(message.IndexOf(':', StringComparison.Ordinal) + 2)..] : message;

    private static string FieldOf(string message) => message.StartsWith("spec.", StringComparison.Ordinal) ? message[..message.IndexOf(':', StringComparison.Ordinal)] : "spec.rules";
}
