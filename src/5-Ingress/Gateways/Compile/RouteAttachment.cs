using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>
/// Attaches every route to the listeners that it names, and says of each parent what came of it. The older route comes first, so that it has what a later one wants too: a host, for which a listener takes either HTTPRoutes or
/// GRPCRoutes, or a port of TCP or UDP (Gateway API, HTTPRoute, GRPCRoute and Listener).
/// </summary>
internal sealed class RouteAttachment(CompileContext context, StatusBoard board, BackendRefs backends, ILookup<ResourceKey, ListenerDraft> listeners)
{
    private readonly RouteParents parents = new(context, listeners);
    private readonly HashSet<(ResourceKey Service, ResourceKey Gateway)> led = [];

    /// <summary>The Gateways whose routes lead to a Service.</summary>
    internal ILookup<ResourceKey, ResourceKey> GatewaysByService => led.ToLookup(l => l.Service, l => l.Gateway);

    internal void AttachAll()
    {
        var routes = Heads<HttpRoute>(r => Http(r, g => new HttpRouteCompiler(backends, g).Compile(r)), r => r.Spec)
            .Concat(Heads<GrpcRoute>(r => Http(r, g => new GrpcRouteCompiler(backends, g).Compile(r)), r => r.Spec))
            .Concat(Heads<TlsRoute>(r => Connection(r, r.Value.Spec.Rules.SelectMany(rule => rule.BackendRefs), udp: false), r => r.Spec))
            .Concat(Heads<TcpRoute>(r => Connection(r, r.Value.Spec.Rules.SelectMany(rule => rule.BackendRefs), udp: false), r => r.Spec))
            .Concat(Heads<UdpRoute>(r => Connection(r, r.Value.Spec.Rules.SelectMany(rule => rule.BackendRefs), udp: true), r => r.Spec))
            .ToList();
        routes.Sort((one, other) => RouteHead.Compare(one.Head, other.Head));
        foreach (var (_, attach) in routes) attach();
    }

    private IEnumerable<(RouteHead Head, Action Attach)> Heads<T>(Func<Resource<T>, Action<RouteHead>> attach, Func<T, RouteSpec> spec) where T : class, IMetadata<V1ObjectMeta> =>
        context.State.All<T>().Select(route =>
        {
            var said = spec(route.Value);
            var hosts = said is HostRouteSpec named ? named.Hostnames.Select(h => h.ToLowerInvariant()).Distinct().ToList() : [];
            var head = new RouteHead(route.Key, route.Value.Metadata.CreationTimestamp ?? DateTime.MaxValue, said.ParentRefs, hosts);
            if (said.ParentRefs.Count == 0) context.Warnings.Add(route, "spec.parentRefs", "names no parent, so nothing serves it");
            return (head, (Action)(() => attach(route)(head)));
        });

    private Action<RouteHead> Http<T>(Resource<T> route, Func<Resource<Gateway>, IEnumerable<CompiledRule>> compile) where T : class => head =>
    {
        var compiled = new Dictionary<ResourceKey, List<CompiledRule>>();
        foreach (var parent in parents.Of(head))
        {
            Condition? taken = null;
            var attached = 0;
            List<CompiledRule> rules = [];
            foreach (var (listener, hosts) in parent.Listeners)
            {
                if (!compiled.TryGetValue(listener.Gateway.Key, out var found)) compiled[listener.Gateway.Key] = found = [.. compile(listener.Gateway)];
                rules = found;
                if (listener.ClaimHosts(head.Key, hosts) is { } other)
                {
                    taken ??= new Condition("Accepted", false, "Conflicted", $"listener {listener.Written.Name} has {other.Route} for host {(other.Host.Length == 0 ? "any" : other.Host)}, which came first; a host is either HTTPRoutes' or GRPCRoutes'");
                    continue;
                }

                attached++;
                listener.Routes.Add(head.Key);
                foreach (var host in hosts) listener.Add(rules.SelectMany(r => r.Matches(host)));
                foreach (var service in rules.SelectMany(r => r.Services)) led.Add((service, listener.Gateway.Key));
            }

            var accepted = parent.Listeners.Count > 0 && attached == 0 ? taken! : parent.Accepted;
            Say(route, parent, accepted, rules);
        }
    };

    private Action<RouteHead> Connection<T>(Resource<T> route, IEnumerable<BackendRef> references, bool udp) where T : class => head =>
    {
        foreach (var parent in parents.Of(head))
        {
            Condition? taken = null, unresolved = null;
            var attached = 0;
            foreach (var (listener, hosts) in parent.Listeners)
            {
                var resolved = references.Select(r => backends.Resolve(head.Key, r, r.Weight, isGrpc: false, listener.Gateway, udp)).ToList();
                unresolved ??= resolved.Select(r => r.Unresolved).FirstOrDefault(u => u is not null);
                // What goes on as it came is encrypted already.
                var targets = resolved.Select(r => Target(r.Backend, listener.Kind, route.Key.Kind)).ToList();
                foreach (var host in hosts)
                {
                    if (listener.Add(new ConnectionRule(head.Key, host, [.. targets], targets.Sum(t => t.Weight))) is { } other)
                        taken ??= new Condition("Accepted", false, "Conflicted", $"listener {listener.Written.Name} has {other.Label} already, which came first");
                    else attached++;
                }

                if (attached > 0) listener.Routes.Add(head.Key);
                foreach (var target in targets.Where(t => t.Invalid is null)) led.Add((target.Backend.Front.Service, listener.Gateway.Key));
            }

            var accepted = parent.Listeners.Count > 0 && attached == 0 ? taken! : parent.Accepted;
            Say(route, parent, accepted, [new CompiledRule(_ => [], null, unresolved)]);
        }
    };

    /// <summary>A backend of connections. What goes on as it came is encrypted already; what comes in the plain would have to be encrypted first, which isn't done of TCP.</summary>
    private static WeightedBackend Target(WeightedBackend backend, ListenerKind kind, string route) => backend.Tls is null ? backend
        : kind == ListenerKind.Passthrough ? backend with { Tls = null }
        : route == "TCPRoute" ? backend with { Invalid = $"{backend.TlsBy} wants TLS, which a TCPRoute's connections don't get here" }
        : backend;

    private void Say<T>(Resource<T> route, Parent parent, Condition accepted, List<CompiledRule> rules) where T : class
    {
        var wrong = rules.Where(r => r.Wrong is not null).Select(r => r.Wrong!).ToList();
        var unresolved = rules.Select(r => r.Unresolved).FirstOrDefault(u => u is not null);
        // A route of which nothing can be served isn't accepted; one of which some rules can is, with a condition for the others.
        if (accepted.Holds == true && wrong.Count > 0 && wrong.Count == rules.Count && wrong[0].Type == "Accepted") accepted = wrong[0];
        List<Condition> conditions = [accepted, unresolved ?? new Condition("ResolvedRefs", true, "ResolvedRefs", "every reference is resolved")];
        if (accepted.Holds == true && wrong.Find(w => w.Type == "Accepted") is { } partly) conditions.Add(new Condition("PartiallyInvalid", true, partly.Reason, partly.Message));
        board.Say(route, parent.Label, conditions);
        if (accepted.Holds == false) board.Refuse(route, FormattableString.Invariant($"spec.parentRefs[{parent.Index}]"), accepted);
        foreach (var condition in wrong.Where(w => w != accepted && w.Type == "Accepted")) board.Refuse(route, FieldOf(condition.Message), condition with { Type = "PartiallyInvalid", Holds = true });
        if (accepted.Holds == true && unresolved is not null)
            context.Warnings.Add(route, FieldOf(unresolved.Message), $"ResolvedRefs is False, {unresolved.Reason}: {unresolved.Message}. {(route.Key.Kind is "HTTPRoute" or "GRPCRoute" ? "Its share of the requests is answered 500" : "Its share of the connections is closed")} until it is there");
    }

    // Messages begin with the field that they are about.
    private static string FieldOf(string message) => message.StartsWith("spec.", StringComparison.Ordinal) ? message[..message.IndexOf(':', StringComparison.Ordinal)] : "spec.rules";
}
