namespace Usher.Dns;

/// <summary>How one of several record sets with the same name and type is chosen ("Choosing a routing policy" in the Route 53 developer guide).</summary>
internal enum RoutingKind
{
    /// <summary>There is one.</summary>
    Simple,

    /// <summary>By chance, each by its share of all weights.</summary>
    Weighted,

    /// <summary>The primary one, while it is healthy.</summary>
    Failover,

    /// <summary>All that are healthy, eight at most.</summary>
    Multivalue,
}

/// <summary>A record set's place among those with its name and type.</summary>
/// <param name="Kind">How it is chosen.</param>
/// <param name="SetIdentifier">What tells it from the others; empty for a simple one.</param>
internal sealed record RoutingPolicy(RoutingKind Kind, string SetIdentifier)
{
    /// <summary>The only one of its name and type.</summary>
    public static RoutingPolicy Simple { get; } = new(RoutingKind.Simple, "");

    /// <summary>The weight of a weighted one, 0–255.</summary>
    public int Weight { get; init; }

    /// <summary>Whether it is the primary one of a failover.</summary>
    public bool IsPrimary { get; init; }

    /// <summary>The kind as people write it.</summary>
    public string Name => Kind.ToString().ToLowerInvariant();
}

/// <summary>A record set among several with its name and type.</summary>
/// <param name="Policy">Its place.</param>
/// <param name="Set">Itself; it may be an alias of several again.</param>
internal sealed record RoutedMember(RoutingPolicy Policy, CompiledSet Set);
