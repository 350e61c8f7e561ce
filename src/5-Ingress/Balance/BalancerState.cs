using System.Net;
using Usher.Model.Contracts;

namespace Usher.Ingress;

/// <summary>What one controller knows of one backend's endpoints. Thread-safe.</summary>
internal sealed class BalancerState
{
    /// <summary>How fast a score is forgotten, in seconds (ewma.lua, DECAY_TIME).</summary>
    private const double Decay = 10;

    private readonly Lock gate = new();
    private readonly Dictionary<IPEndPoint, Score> scores = [];
    private FrontEndpoints? known;

    // resty.roundrobin begins at a random node.
    private uint turn = (uint)Random.Shared.Next();

    /// <summary>A number that grows by one with each turn that is taken.</summary>
    internal uint Turn(bool takes) => takes ? Interlocked.Increment(ref turn) : Volatile.Read(ref turn) + 1;

    /// <summary>The scores of two of the ready endpoints at a moment, in seconds; 0 where nothing is known.</summary>
    internal (double One, double Other) Scores(FrontEndpoints endpoints, int one, int other, long now, TimeProvider time)
    {
        lock (gate)
        {
            Follow(endpoints, now);
            return (At(endpoints.Ready[one]), At(endpoints.Ready[other]));
        }

        double At(FrontEndpoint endpoint) => scores.TryGetValue(endpoint.Declared, out var score) ? score.Value * Weight(score.At, now, time) : 0;
    }

    /// <summary>Counts how long an endpoint took into its score.</summary>
    internal void Took(FrontEndpoints endpoints, FrontEndpoint endpoint, double seconds, long now, TimeProvider time)
    {
        lock (gate)
        {
            Follow(endpoints, now);
            // One without a score was last touched in 1970: nothing is left of what it had.
            var (before, weight) = scores.TryGetValue(endpoint.Declared, out var score) ? (score.Value, Weight(score.At, now, time)) : (0, 0);
            scores[endpoint.Declared] = new Score((before * weight) + (seconds * (1 - weight)), now);
        }
    }

    private static double Weight(long since, long now, TimeProvider time) => Math.Exp(-Math.Max(0, time.GetElapsedTime(since, now).TotalSeconds) / Decay);

    /// <summary>Forgets endpoints that went, and gives those that came the average of the others, so that they start slowly (ewma.lua, sync).</summary>
    private void Follow(FrontEndpoints endpoints, long now)
    {
        if (ReferenceEquals(known, endpoints)) return;
        var (before, ready) = (known?.Ready ?? [], endpoints.Ready);
        known = endpoints;
        foreach (var gone in scores.Keys.Where(k => !ready.Any(e => e.Declared.Equals(k))).ToList()) scores.Remove(gone);
        if (scores.Count == 0 || before.IsEmpty) return;
        var average = scores.Values.Average(s => s.Value);
        foreach (var endpoint in ready)
        {
            if (!before.Any(b => b.Declared.Equals(endpoint.Declared))) scores[endpoint.Declared] = new Score(average, now);
        }
    }

    private readonly record struct Score(double Value, long At);
}
