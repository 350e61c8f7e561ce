using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>A route of any kind, as attaching sees it.</summary>
/// <param name="Key">The route.</param>
/// <param name="Age">How old it is.</param>
/// <param name="Parents">What it names.</param>
/// <param name="Written">Its hosts, each as often as it is written.</param>
internal sealed record RouteHead(ResourceKey Key, Age Age, IList<ParentReference> Parents, IList<string> Written)
{
    /// <summary>Its hosts in lower case; empty for all of the listener's.</summary>
    public IReadOnlyList<string> Hostnames { get; } = [.. Written.Select(h => h.ToLowerInvariant()).Distinct()];

    /// <summary>Where a host is written; of a route without hosts, where one of its parents is.</summary>
    /// <param name="host">The host; empty for any.</param>
    /// <param name="parent">The parent that it is about.</param>
    internal string FieldOf(string host, Parent parent)
    {
        for (var i = 0; i < Written.Count; i++)
        {
            if (Written[i].Equals(host, StringComparison.OrdinalIgnoreCase)) return FormattableString.Invariant($"spec.hostnames[{i}]");
        }

        return parent.Field;
    }

    /// <summary>The older first, then by namespace and name.</summary>
    internal static int Compare(RouteHead one, RouteHead other) => one.Age != other.Age ? one.Age.CompareTo(other.Age) : ResourceKey.ByName.Compare(one.Key, other.Key);
}

/// <summary>One of a route's parents.</summary>
/// <param name="Index">Its place in <c>spec.parentRefs</c>.</param>
/// <param name="Label">The parent, for status: <c>parent shop/edge section https</c>.</param>
/// <param name="Listeners">Where the route attaches, with the hosts that it has there.</param>
/// <param name="Accepted">The condition.</param>
internal sealed record Parent(int Index, string Label, IReadOnlyList<(ListenerDraft Listener, IReadOnlyList<string> Hosts)> Listeners, Condition Accepted)
{
    /// <summary>Where it is written: <c>spec.parentRefs[0]</c>.</summary>
    internal string Field => FormattableString.Invariant($"spec.parentRefs[{Index}]");
}

/// <summary>
/// Where a route attaches (Gateway API, ParentReference and Listener.allowedRoutes):
/// <list type="number">
/// <item>The listeners of the parent that the reference means: by section and port.</item>
/// <item>Of those the ones that let the route in: by kind and namespace.</item>
/// <item>Of those the ones whose host and the route's have something in common.</item>
/// </list>
/// </summary>
internal sealed class RouteParents(CompileContext context, GatewaySetup setup)
{
    /// <summary>The parents of a route that are served here; others are their own controllers' matter.</summary>
    internal IEnumerable<Parent> Of(RouteHead route)
    {
        for (var i = 0; i < route.Parents.Count; i++)
        {
            var reference = route.Parents[i];
            var key = new ResourceKey(reference.Group, reference.Kind, reference.Namespace ?? route.Key.Namespace, reference.Name);
            if (!setup.ByOwner.Contains(key))
            {
                Missing(route, i, key);
                continue;
            }

            yield return Attach(route, i, reference, key);
        }
    }

    private Parent Attach(RouteHead route, int index, ParentReference reference, ResourceKey key)
    {
        var label = $"parent {(key.Kind == "Gateway" ? "" : $"{key.Kind} ")}{key.Short}{(reference.SectionName is null ? "" : $" section {reference.SectionName}")}{(reference.Port is null ? "" : FormattableString.Invariant($" port {reference.Port}"))}";
        Parent Refused(string reason, string why) => new(index, label, [], new Condition("Accepted", false, reason, why));

        // 1.
        var meant = setup.ByOwner[key].Where(l => (reference.SectionName is null || l.Written.Name == reference.SectionName) && (reference.Port is null || l.Written.Port == reference.Port)).ToList();
        if (meant.Count == 0) return Refused("NoMatchingParent", $"{key} has no such listener: there are {string.Join(", ", setup.ByOwner[key].Select(l => FormattableString.Invariant($"{l.Written.Name} ({l.Written.Port})")))}");

        // 2.
        var open = meant.Where(l => l.Kinds.Contains(route.Key.Kind) && l.Allows(context.State, route.Key.Namespace)).ToList();
        if (open.Count == 0) return Refused("NotAllowedByListeners", string.Join("; ", meant.Select(l => WhyClosed(l, route))));
        var valid = open.Where(l => l.IsAccepted).ToList();
        if (valid.Count == 0) return Refused("NoMatchingParent", $"listener {open[0].Written.Name} of {open[0].Owner} isn't accepted itself: {open[0].Conflict?.Message}");

        // 3.
        var attached = valid.Select(l => (Listener: l, Hosts: Hosts(l, route))).Where(a => a.Hosts.Count > 0).ToList();
        if (attached.Count == 0)
            return Refused("NoMatchingListenerHostname", $"none of {string.Join(", ", route.Hostnames)} is a host of {string.Join(", ", valid.Select(l => $"listener {l.Written.Name} ({l.Hostname})"))}");
        return new Parent(index, label, attached, new Condition("Accepted", true, "Accepted", $"attached to {string.Join(", ", attached.Select(a => $"listener {a.Listener.Written.Name}"))}"));
    }

    /// <summary>The route's hosts that a listener shares; of a route without hosts, any.</summary>
    private static IReadOnlyList<string> Hosts(ListenerDraft listener, RouteHead route) =>
        route.Hostnames.Count == 0 ? [""] : [.. route.Hostnames.Where(h => ListenerDraft.Intersects(listener.Hostname, h))];

    private static string WhyClosed(ListenerDraft listener, RouteHead route) => !listener.Kinds.Contains(route.Key.Kind)
        ? $"listener {listener.Written.Name} takes {(listener.Kinds.Count == 0 ? "no kind of route" : string.Join(", ", listener.Kinds))}"
        : $"listener {listener.Written.Name} lets in routes of {(listener.Written.AllowedRoutes.Namespaces.From == "Selector" ? $"namespaces that its selector takes, which {route.Key.Namespace} isn't" : $"its own namespace, {listener.Owner.Namespace}")}";

    private void Missing(RouteHead route, int index, in ResourceKey key)
    {
        if (context.State.Find(route.Key) is not { } resource) return;
        var field = $"spec.parentRefs[{index}]";
        var told = key switch
        {
            { Kind: "Gateway", Group: GatewayApi.Group } or { Kind: "ListenerSet", Group: GatewayApi.Group } when context.State.Find(key) is null => $"there is no {key}, so nothing serves it by that",
            { Kind: "Gateway" or "ListenerSet", Group: GatewayApi.Group } => $"{key} isn't served here",
            { Kind: "Service", Group: "" } => $"{key} as a parent is a service mesh's matter, which Usher isn't",
            _ => $"{key.Kind} ({key.Group}) is no parent here; a Gateway or a ListenerSet is wanted",
        };
        context.Warnings.Add(resource.Key, resource.Origin, field, told);
    }
}
