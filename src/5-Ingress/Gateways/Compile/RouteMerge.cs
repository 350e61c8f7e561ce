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
        var lost = new List<LostHost>();
        var attached = 0;
        foreach (var addition in parent.Listeners)
        {
            var build = builds[addition.Listener];
            var had = lost.Count;
            var added = addition.Matches is { } matches ? Add(build, route, addition, matches, lost) : Add(build, route, addition, lost);
            build.Lost.AddRange(lost.Skip(had));
            if (!added) continue;
            attached++;
            build.Routes++;
            build.Lost.AddRange(parent.Lost.Where(l => l.Listener == addition.Listener.Written.Name));
            if (!setup.Policies.Any) continue;
            foreach (var service in addition.Services) led.Add((service, addition.Listener.Gateway.Key));
        }

        if (lost.Count > 0 && attached == 0) Refuse(route, parent, new Condition("Accepted", false, "Conflicted", lost[0].Words));
        else Accept(route, parent, lost);
    }

    /// <summary>Nothing of it is left.</summary>
    private void Refuse(AttachedRoute route, AttachedParent parent, Condition taken)
    {
        Say(parent, c => taken with { Since = c.Since });
        if (context.State.Find(route.Head.Key) is not { } resource) return;
        context.Refuse(new ConfigError(resource.Origin.File, resource.Origin.LineOf(parent.Parent.Field), resource.Key.ToString(), parent.Parent.Field, $"Accepted is False, {taken.Reason}: {taken.Message}"));
    }

    /// <summary>All or some of it is, and what isn't is told: what listeners take away in the status alone, as that of the route was told when it was attached.</summary>
    private void Accept(AttachedRoute route, AttachedParent parent, List<LostHost> lost)
    {
        if (parent.Lost.Count + lost.Count == 0) Statuses.Add(parent.Status);
        else Say(parent, c => c.Holds == true ? c with { Message = $"{c.Message}. Without effect: {string.Join("; ", parent.Lost.Concat(lost).Select(l => l.Words))}" } : c);
        if (lost.Count == 0 || context.State.Find(route.Head.Key) is not { } resource) return;
        foreach (var host in lost) context.Warnings.Add(resource.Key, resource.Origin, route.Head.FieldOf(host.Host, parent.Parent), $"takes no effect: {host.Words}");
    }

    private void Say(AttachedParent parent, Func<Condition, Condition> accepted) =>
        Statuses.Add(parent.Status with { Conditions = [.. parent.Status.Conditions.Select(c => c.Type == "Accepted" ? accepted(c) : c)] });

    private static bool Add(ListenerBuild build, AttachedRoute route, ListenerAddition addition, IReadOnlyList<KeyValuePair<string, RuleMatch[]>> matches, List<LostHost> lost)
    {
        if (build.ClaimHosts(route.Head.Key, addition.Hosts) is { } other)
        {
            var why = $"{other.Route} has host {(other.Host.Length == 0 ? "any" : other.Host)}, and came first; a host is either HTTPRoutes' or GRPCRoutes', so nothing of the route takes effect there";
            lost.AddRange(addition.Hosts.Select(host => new LostHost(route.Head.Key, host, build.Draft.Written.Name, why)));
            return false;
        }

        foreach (var (host, of) in matches) build.Add(host, of);
        return true;
    }

    private static bool Add(ListenerBuild build, AttachedRoute route, ListenerAddition addition, List<LostHost> lost)
    {
        var added = false;
        foreach (var rule in addition.Connections)
        {
            if (build.Add(rule) is { } other) lost.Add(new LostHost(route.Head.Key, rule.Host, build.Draft.Written.Name, $"{other.Label} has it already, and came first"));
            else added = true;
        }

        return added;
    }
}
