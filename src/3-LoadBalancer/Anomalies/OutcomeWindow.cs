namespace Usher.LoadBalancer;

/// <summary>How many requests a target got, and how many of them failed.</summary>
/// <param name="Requests">Those that ended, by whatever the target did.</param>
/// <param name="Failures">Those that it answered with 5xx, or that failed at its connection.</param>
internal readonly record struct OutcomeCount(int Requests, int Failures)
{
    /// <summary>The part that failed, 0–1; 0 of none.</summary>
    internal double Rate => Requests == 0 ? 0 : (double)Failures / Requests;

    public static OutcomeCount operator +(OutcomeCount one, OutcomeCount other) => new(one.Requests + other.Requests, one.Failures + other.Failures);
}

/// <summary>Counts what became of a target's requests in the last minute, in slices of ten seconds. Thread-safe.</summary>
internal sealed class OutcomeWindow(TimeProvider time)
{
    private const int Slices = 6;

    /// <summary>How long a slice is; what is older than all slices counts no more.</summary>
    internal static readonly TimeSpan Slice = TimeSpan.FromSeconds(10);

    private readonly Lock counting = new();
    private readonly (long Number, OutcomeCount Count)[] slices = new (long, OutcomeCount)[Slices];
    private readonly long origin = time.GetTimestamp();

    internal void Add(bool failed)
    {
        var number = Now();
        lock (counting)
        {
            ref var slice = ref slices[number % Slices];
            if (slice.Number != number) slice = (number, default);
            slice.Count += new OutcomeCount(1, failed ? 1 : 0);
        }
    }

    internal OutcomeCount Read()
    {
        var (now, sum) = (Now(), default(OutcomeCount));
        lock (counting)
        {
            foreach (var (number, count) in slices)
            {
                if (number > now - Slices) sum += count;
            }
        }

        return sum;
    }

    private long Now() => time.GetElapsedTime(origin).Ticks / Slice.Ticks;
}
