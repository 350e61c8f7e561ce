namespace Usher.Model.Contracts;

/// <summary>The keys of an issuer, as a load balancer has them.</summary>
/// <param name="Endpoint">Where they are fetched.</param>
/// <param name="Keys">How many can verify a token; 0 before the first time.</param>
/// <param name="FetchedAt">When they were fetched; null before the first time.</param>
/// <param name="Problem">Why the last fetch failed; null when it didn't.</param>
public sealed record KeySetReport(string Endpoint, int Keys, DateTimeOffset? FetchedAt, string? Problem);

/// <summary>Tells which keys the load balancers' JWT validation has; answered by the load balancers' hop.</summary>
public interface IKeySets
{
    /// <summary>Every endpoint of the running generation, by its URL.</summary>
    IReadOnlyList<KeySetReport> Current { get; }
}
