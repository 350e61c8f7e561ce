using System.Collections.Immutable;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.Model.Road;

/// <summary>What reconcilers are told of the road that runs, as a controller reads it from the API server. Immutable.</summary>
/// <param name="Now">The time of the observation; without meaning in <see cref="Nothing"/>.</param>
/// <param name="Pods">Every pod that lives; one that is missing was not started yet, or is gone.</param>
public sealed record Observed(DateTimeOffset Now, ImmutableDictionary<ResourceKey, PodStatus> Pods)
{
    /// <summary>Nothing runs, or nobody looked.</summary>
    public static Observed Nothing { get; } = new(default, ImmutableDictionary<ResourceKey, PodStatus>.Empty);

    /// <summary>The time for an object's fields; null in <see cref="Nothing"/>.</summary>
    public DateTime? Timestamp => this == Nothing ? null : Now.UtcDateTime;
}

/// <summary>Collects when reconcilers want to be asked again.</summary>
public sealed class DueTimes
{
    /// <summary>The earliest time asked for; null when nobody asked.</summary>
    public DateTimeOffset? Next { get; private set; }

    /// <summary>Asks for a time; one that has passed means at once.</summary>
    public void Add(DateTimeOffset time)
    {
        if (Next is null || time < Next) Next = time;
    }
}
