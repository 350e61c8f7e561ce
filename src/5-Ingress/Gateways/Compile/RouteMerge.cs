using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>
/// All routes → the listeners' tables. The older route comes first, so that it has what a later one wants too: a host, for which a listener takes either HTTPRoutes or GRPCRoutes, or a port of TCP or UDP
/// (Gateway API, HTTPRoute, GRPCRoute and Listener).
/// </summary>
internal sealed class RouteMerge(CompileContext context, GatewaySetup setup, IReadOnlyDictionary<(ResourceKey Owner, string Name), ListenerPlan> before)
{
    private readonly Dictionary<ListenerDraft, ListenerBuild> builds = setup.ByOwner.SelectMany(l => l)
        .ToDictionary(d => d, d => new ListenerBuild(d, before.GetValueOrDefault((d.Owner, d.Written.Name))));
    private readonly HashSet<(ResourceKey Service, ResourceKey Gateway)> led = [];

    /// <summary>What is said of routes.</summary>
    internal List<ObjectStatus> Statuses { get; } = [];

    /// <summary>The Gateways whose routes lead to a Service; empty where no policy asks.</summary>
    internal ILookup<ResourceKey, ResourceKey> GatewaysByService => led.ToLookup(l => l.Service, l => l.Gateway);

    /// <summary>A listener with its routes.</summary>
    internal ListenerBuild Of(ListenerDraft draft) => builds[draft];

    internal void Merge(List<AttachedRoute> routes)
    {
        // They come by kind and name: mostly that is their order already.
        for (var i = 1; i < routes.Count; i++)
        {
            if (RouteHead.Compare(routes[i - 1].Head, routes[i].Head) <= 0) continue;
            routes.Sort((one, other) => RouteHead.Compare(one.Head, other.Head));
            break;
        }

        foreach (var route in routes)
        {
            foreach (var parent in route.Parents) Take(route, parent);
        }
    }

    private void Take(AttachedRoute route, AttachedParent parent)
    {
        Condition? taken = null;
        var attached = 0;
        foreach (var addition in parent.Listeners)
        {
            var build = builds[addition.Listener];
            var added = addition.Matches is { } matches ? Add(build, route, addition, matches, ref taken) : Add(build, addition, ref taken);
            if (!added) continue;
            attached++;
            build.Routes++;
            if (!setup.Policies.Any) continue;
            foreach (var service in addition.Services) led.Add((service, addition.Listener.Gateway.Key));
        }

        if (taken is null || attached > 0)
        {
            Statuses.Add(parent.Status);
            return;
        }

        // Nothing of it is left.
        Statuses.Add(parent.Status with { Conditions = [.. parent.Status.Conditions.Select(c => c.Type == "Accepted" ? taken with { Since = c.Since } : c)] });
        if (context.State.Find(route.Head.Key) is not { } resource) return;
        var field = FormattableString.Invariant($"spec.parentRefs[{parent.Parent.Index}]");
        context.Refuse(new ConfigError(resource.Origin.File, resource.Origin.LineOf(field), resource.Key.ToString(), field, $"Accepted is False, {taken.Reason}: {taken.Message}"));
    }

    private static bool Add(ListenerBuild build, AttachedRoute route, ListenerAddition addition, IReadOnlyList<KeyValuePair<string, RuleMatch[]>> matches, ref Condition? taken)
    {
        if (build.ClaimHosts(route.Head.Key, addition.Hosts) is { } other)
        {
            taken ??= new Condition("Accepted", false, "Conflicted", $"listener {build.Draft.Written.Name} has {other.Route} for host {(other.Host.Length == 0 ? "any" : other.Host)}, which came first; a host is either HTTPRoutes' or GRPCRoutes'");
            return false;
        }

        foreach (var (host, of) in matches) build.Add(host, of);
        return true;
    }

    private static bool Add(ListenerBuild build, ListenerAddition addition, ref Condition? taken)
    {
        var added = false;
        foreach (var rule in addition.Connections)
        {
            if (build.Add(rule) is { } other) taken ??= new Condition("Accepted", false, "Conflicted", $"listener {build.Draft.Written.Name} has {other.Label} already, which came first");
            else added = true;
        }

        return added;
    }
}
