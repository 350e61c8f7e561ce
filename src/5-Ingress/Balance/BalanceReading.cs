using System.Collections.Immutable;

namespace Usher.Ingress;

/// <summary>What a choice of an endpoint read of living state, besides the endpoints.</summary>
/// <param name="One">Of <c>ewma</c>, the score of the first that was drawn, in seconds; of a new session, the time in seconds since 1970.</param>
/// <param name="Other">Of <c>ewma</c>, the score of the second; of a new session, the controller's process.</param>
internal sealed record BalanceReading(double One, double Other)
{
    /// <summary>The key that a new session was given; null for none.</summary>
    public string? Key { get; init; }

    /// <summary>The endpoints that failed the request before, in order.</summary>
    public ImmutableArray<FailedTry> Tries { get; init; } = [];
}
