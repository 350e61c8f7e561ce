namespace Usher.Trace.Meters;

/// <summary>What a meter has come to, or came to between two readings.</summary>
/// <param name="Classes">How many by the hundreds of their status: 0 for those that nothing came of, 1 to 5.</param>
/// <param name="Buckets">How many by how long they took.</param>
public sealed record MeterReading(IReadOnlyList<long> Classes, IReadOnlyList<long> Buckets)
{
    /// <summary>How long they took together, in seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>How many there were.</summary>
    public long Count => Classes.Sum();

    /// <summary>How many got a 4xx.</summary>
    public long Refused => Classes[4];

    /// <summary>How many got a 5xx, or nothing at all.</summary>
    public long Failed => Classes[0] + Classes[5];

    /// <summary>What happened since an earlier reading.</summary>
    public MeterReading Since(MeterReading before)
    {
        ArgumentNullException.ThrowIfNull(before);
        return new MeterReading([.. Classes.Zip(before.Classes, (now, then) => now - then)], [.. Buckets.Zip(before.Buckets, (now, then) => now - then)]) { Seconds = Seconds - before.Seconds };
    }

    /// <summary>The duration that so many of a hundred don't exceed; null where nothing was measured.</summary>
    /// <param name="percent">From 0 to 100.</param>
    public TimeSpan? Percentile(double percent)
    {
        var measured = Buckets.Sum();
        if (measured == 0) return null;
        var wanted = Math.Max(1, (long)Math.Ceiling(measured * percent / 100));
        for (var (i, seen) = (0, 0L); ; i++)
        {
            seen += Buckets[i];
            if (seen >= wanted) return TimeSpan.FromMicroseconds(Meter.EndOf(i));
        }
    }
}
