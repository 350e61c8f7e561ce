using System.Collections.Immutable;

namespace Usher.Ingress;

/// <summary>
/// A server's routes by their paths, as the locations that ingress-nginx writes for them (location.go): <c>location = PATH</c> for Exact, that and <c>location PATH/</c> for
/// Prefix, <c>location PATH</c> for ImplementationSpecific. It finds the very route that trying them in order does.
/// </summary>
internal static class RouteIndex
{
    /// <summary>So few routes are tried in order as soon as they are looked up.</summary>
    internal const int Few = 6;

    /// <summary>Arranges routes that are in the order in which they are tried; null where that is the way to find one: there are few, or they are regular expressions.</summary>
    internal static PathTrie<RoutePlan>? Of(ImmutableArray<RoutePlan> routes) => routes.Length <= Few || routes[0].Pattern is not null ? null : Arrange(routes);

    /// <summary>Arranges routes, however many there are.</summary>
    internal static PathTrie<RoutePlan> Arrange(ImmutableArray<RoutePlan> routes)
    {
        var trie = new PathTrie<RoutePlan>();
        foreach (var route in routes)
        {
            if (route.Slash) trie.AddExact(route.Path[..^1], route);
            if (route.Kind == PathKind.Exact) trie.AddExact(route.Path, route);
            else if (route.Kind == PathKind.Prefix && !route.Path.EndsWith('/')) trie.AddPrefix(route.Path, route);
            else trie.AddCharacters(route.Path, route);
        }

        return trie;
    }
}
