using System.Collections.Immutable;

namespace Usher.LoadBalancer;

/// <summary>What is kept of a target of a weighted random group. Outlives generations as the target's state does.</summary>
internal sealed class TargetWatch(TimeProvider time)
{
    private volatile TargetStanding standing = TargetStanding.Normal;

    internal OutcomeWindow Outcomes { get; } = new(time);

    internal TargetStanding Standing
    {
        get => standing;
        set => standing = value;
    }
}

/// <summary>Compares the targets of a weighted random group with each other, when somebody looks and ten seconds have passed since the last time. Thread-safe.</summary>
/// <param name="targets">The group's targets, each with a watch.</param>
/// <param name="mitigates">Whether mitigation is on.</param>
/// <param name="time">The clock.</param>
internal sealed class GroupWatch(ImmutableArray<TargetState> targets, bool mitigates, TimeProvider time)
{
    // Idle for longer, a target has all of its share again.
    private const int MostSteps = 8;

    private readonly Lock comparing = new();
    private long compared = time.GetTimestamp();

    /// <summary>How the targets stand now, in their order.</summary>
    internal ImmutableArray<TargetStanding> Read()
    {
        if (time.GetElapsedTime(Volatile.Read(ref compared)) >= OutcomeWindow.Slice && comparing.TryEnter())
        {
            try
            {
                Compare();
            }
            finally
            {
                comparing.Exit();
            }
        }

        return ImmutableArray.CreateRange(targets, t => t.Watch!.Standing);
    }

    private void Compare()
    {
        var steps = Math.Min(time.GetElapsedTime(compared).Ticks / OutcomeWindow.Slice.Ticks, MostSteps);
        if (steps == 0) return;
        Volatile.Write(ref compared, time.GetTimestamp());
        var counts = targets.Select(t => t.Watch!.Outcomes.Read()).ToArray();
        var all = counts.Aggregate(default(OutcomeCount), (sum, count) => sum + count);
        var healthy = targets.Count(t => t.Health.Usable);
        for (var i = 0; i < targets.Length; i++)
        {
            var others = new OutcomeCount(all.Requests - counts[i].Requests, all.Failures - counts[i].Failures);
            var watch = targets[i].Watch!;
            for (var step = 0; step < steps; step++) watch.Standing = AnomalyDetection.Next(watch.Standing, counts[i], others, healthy, mitigates);
        }
    }
}
