using System.Text;

namespace Usher.Service;

/// <summary>
/// One node's kube-proxy: hears of changes some time after they came to be, and programs what it has heard at most once per period. This is the
/// bounded-frequency runner of Kubernetes' <c>pkg/proxy/runner</c>: the first change after a quiet time is programmed at once, those that follow wait and are
/// taken together. Not safe for concurrent use but for reading <see cref="Program"/>.
/// </summary>
internal sealed class KubeProxy(string node, ServiceOptions options, TimeProvider time)
{
    private readonly long delay = Ticks(Delay(node, options), time);
    private readonly long period = Ticks(options.MinSyncPeriod, time);
    private volatile NodeProgram? program;
    private long? lastRun;

    /// <summary>The node; empty for callers that are on none.</summary>
    public string Node => node;

    /// <summary>What its rules are; null before its first run.</summary>
    public NodeProgram? Program => program;

    /// <summary>How long a change takes to reach it.</summary>
    public long HeardAfter => delay;

    /// <summary>Programs what is there while it starts. No period begins.</summary>
    public void Start(EndpointChange told) => program = new NodeProgram(told, time.GetUtcNow(), program);

    /// <summary>Programs the newest of the changes that it has heard of, if it may run now.</summary>
    /// <returns>True when its rules changed.</returns>
    public bool Run(IReadOnlyList<EndpointChange> changes, long now)
    {
        if (Due(changes) is not { } due || due > now) return false;
        var heard = changes.Last(c => c.At + delay <= now);
        program = new NodeProgram(heard, time.GetUtcNow(), program);
        lastRun = now;
        return true;
    }

    /// <summary>When it is to run next; null when it knows of everything.</summary>
    public long? Due(IReadOnlyList<EndpointChange> changes)
    {
        var next = Unheard(changes);
        if (next is null) return null;
        var heard = next.At + delay;
        return lastRun is { } last ? Math.Max(heard, last + period) : heard;
    }

    /// <summary>The first change that its rules don't have; null when they have all.</summary>
    public EndpointChange? Unheard(IReadOnlyList<EndpointChange> changes) => changes.FirstOrDefault(c => c.Number > program!.Told.Number);

    /// <summary>What changes no rule is known at once, so that reasons aren't older than they need to be.</summary>
    public void Refresh(EndpointChange old, EndpointChange same)
    {
        if (program is { } known && ReferenceEquals(known.Told, old)) program = new NodeProgram(same, known.ProgrammedAt, known);
    }

    // Each node's own time: between the delay and half as much more, always the same for a name.
    private static TimeSpan Delay(string node, ServiceOptions options)
    {
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(node)) hash = (hash ^ b) * 16777619u;
        return options.WatchDelay * (1 + (hash % 1000 / 2000.0));
    }

    private static long Ticks(TimeSpan span, TimeProvider time) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
