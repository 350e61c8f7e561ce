using Usher.Trace.Meters;

namespace Usher.Dashboard.Live;

/// <summary>The hops' rates over the last minutes. One writer; readers see a whole picture.</summary>
public sealed class RateHistory
{
    /// <summary>Seconds that a rate on the map is taken over: short enough to be live, long enough to be read.</summary>
    public const int Window = 10;

    /// <summary>Samples kept of each hop, one a second.</summary>
    public const int Most = 300;

    private readonly Queue<RoadReading> readings = new();
    private readonly Dictionary<string, Queue<HopRate>> samples = new(StringComparer.Ordinal);
    private volatile Rates current = Rates.None;

    /// <summary>The rates now.</summary>
    public Rates Current => current;

    /// <summary>Takes the next reading.</summary>
    public void Add(RoadReading reading)
    {
        ArgumentNullException.ThrowIfNull(reading);
        var last = readings.Count > 0 ? readings.Last() : null;
        readings.Enqueue(reading);
        if (readings.Count > Window + 1) readings.Dequeue();
        if (last is null) return;
        var first = readings.Peek();
        var (now, series) = (new Dictionary<string, HopRate>(StringComparer.Ordinal), new Dictionary<string, IReadOnlyList<HopRate>>(StringComparer.Ordinal));
        for (var i = 0; i < reading.Hops.Count; i++)
        {
            var name = NameOf(reading.Hops[i]);
            if (!samples.TryGetValue(name, out var kept)) samples[name] = kept = new Queue<HopRate>();
            kept.Enqueue(HopRate.Between(last.Hops[i].Meter, reading.Hops[i].Meter, reading.At - last.At));
            if (kept.Count > Most) kept.Dequeue();
            now[name] = HopRate.Between(first.Hops[i].Meter, reading.Hops[i].Meter, reading.At - first.At);
            series[name] = [.. kept];
        }

        current = new Rates(now, series);
    }

    private static string NameOf(HopReading hop) => $"{hop.Hop} {hop.Counts}";
}

/// <summary>The hops' rates at one time, by the hop's name and what is counted of it: <c>load-balancer requests</c>.</summary>
/// <param name="Now">Over the last seconds.</param>
/// <param name="Series">A sample a second, the oldest first.</param>
public sealed record Rates(IReadOnlyDictionary<string, HopRate> Now, IReadOnlyDictionary<string, IReadOnlyList<HopRate>> Series)
{
    /// <summary>Before anything was read twice.</summary>
    public static Rates None { get; } = new(new Dictionary<string, HopRate>(), new Dictionary<string, IReadOnlyList<HopRate>>());
}
