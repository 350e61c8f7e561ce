using Usher.Model.Desired;

namespace Usher.Dns;

/// <summary>Names that objects want and that no external-dns here has a hosted zone for. Where there are several, each has its own zones, and one is enough.</summary>
internal sealed class UnplacedNames
{
    private readonly HashSet<(ResourceKey Object, string Name)> placed = [];
    private readonly Dictionary<(ResourceKey Object, string Name), (DnsEndpoint Endpoint, string Why)> unplaced = [];

    /// <summary>Notes whether an endpoint has a zone; true when it has.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="why">Why it has none; null when it has one.</param>
    internal bool Place(DnsEndpoint endpoint, string? why)
    {
        if (why is null) return placed.Add((endpoint.Source.Key, endpoint.Name)) || true;
        unplaced.TryAdd((endpoint.Source.Key, endpoint.Name), (endpoint, why));
        return false;
    }

    /// <summary>Tells of the names that have none.</summary>
    internal void Tell()
    {
        foreach (var (name, (endpoint, why)) in unplaced.Where(u => !placed.Contains(u.Key))) endpoint.Source.Warn(endpoint.Field, $"external-dns makes no record set {name.Name}: {why}");
    }
}
