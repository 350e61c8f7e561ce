namespace Usher.Trace.Journeys;

/// <summary>Counts a journey's times from the client's first act.</summary>
internal sealed class Clock
{
    private readonly TimeProvider time;
    private readonly DateTimeOffset originOn;

    private Clock(TimeProvider time, long origin, DateTimeOffset originOn)
    {
        this.time = time;
        this.originOn = originOn;
        Origin = origin;
    }

    /// <summary>The ticks that stand for 0 ms.</summary>
    public long Origin { get; }

    /// <summary>0 ms on the wall clock.</summary>
    public DateTimeOffset OriginOn => originOn;

    /// <summary>
    /// From the client's first act if it told; else from the load balancer's accept (a relay's too), for the first request of a connection; else from
    /// the request's own head.
    /// </summary>
    public static Clock For(JourneyRecords records, TimeProvider time)
    {
        var first = records.First;
        var origin = records.Client is { } client ? Ticks(client.Times.Start, client.Times, time)
            : first!.RequestOnConnection == 1 && records.Path is { } path ? path.Relays[0].AcceptedAt
            : first.RequestOnConnection == 1 && records.Handshake is { } handshake ? handshake.AcceptedAt
            : first.StartedAt;
        var (knownAt, knownOn) = first is not null ? (first.StartedAt, first.StartedOn) : (time.GetTimestamp(), time.GetUtcNow());
        return new Clock(time, origin, knownOn - Elapsed(origin, knownAt, time));
    }

    /// <summary>Counts from a moment.</summary>
    public static Clock Since(long origin, TimeProvider time) => new(time, origin, time.GetUtcNow() - Elapsed(origin, time.GetTimestamp(), time));

    /// <summary>A client's ticks as this process's: they differ only where their frequencies do.</summary>
    public static long Ticks(long ticks, ClientTimes times, TimeProvider time) =>
        ticks == 0 || times.Frequency == time.TimestampFrequency
            ? ticks
            : (long)((Int128)ticks * time.TimestampFrequency / times.Frequency);

    /// <summary>A span of time in this process's ticks.</summary>
    public static long Ticks(TimeSpan span, TimeProvider time) => (long)(span.TotalSeconds * time.TimestampFrequency);

    /// <summary>Milliseconds from the origin; null for ticks of 0, which stand for what did not happen.</summary>
    public double? At(long ticks) => ticks == 0 ? null : Milliseconds(Elapsed(Origin, ticks, time));

    /// <summary>Milliseconds between two moments; null when either did not happen.</summary>
    public double? Between(long from, long to) => from == 0 || to == 0 ? null : Math.Max(0, Milliseconds(Elapsed(from, to, time)));

    /// <summary>Milliseconds from the origin of a moment on the wall clock, in nanoseconds since 1970.</summary>
    public double At(ulong nanoseconds) =>
        Milliseconds(DateTimeOffset.UnixEpoch + TimeSpan.FromTicks((long)Math.Min(nanoseconds / 100, (ulong)TimeSpan.MaxValue.Ticks / 64)) - originOn);

    private static double Milliseconds(TimeSpan span) => Math.Round(span.TotalMilliseconds, 3);

    private static TimeSpan Elapsed(long from, long to, TimeProvider time) =>
        to >= from ? time.GetElapsedTime(from, to) : -time.GetElapsedTime(to, from);
}
