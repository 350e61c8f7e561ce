using System.Net;
using Usher.Model.Desired;

namespace Usher.Ingress;

/// <summary>
/// How much each address has asked of late, as nginx's shared memory zones count it: a leaky bucket for rates (Module ngx_http_limit_req_module, nodelay), a count for what is under way
/// (Module ngx_http_limit_conn_module). Each controller's pod counts for itself. Thread-safe.
/// </summary>
internal sealed class LimitTable(TimeProvider time)
{
    /// <summary>The most addresses of one Ingress that are remembered; nginx's zone of 5 MB has about as many.</summary>
    private const int MaxAddresses = 40_000;

    private readonly Lock gate = new();
    private readonly Dictionary<(ResourceKey Pod, ResourceKey Ingress), Dictionary<IPAddress, Counts>> zones = [];

    /// <summary>Counts a request, unless it is over a limit: then that is what is returned. What was counted as under way is given back with <see cref="Ended"/>.</summary>
    internal ReadState Admit(ResourceKey pod, LimitRule rule, IPAddress address)
    {
        var now = time.GetTimestamp();
        lock (gate)
        {
            if (!zones.TryGetValue((pod, rule.Ingress), out var zone)) zones[(pod, rule.Ingress)] = zone = [];
            if (!zone.TryGetValue(address, out var counts))
            {
                if (zone.Count >= MaxAddresses) Forget(zone, now);
                zone[address] = counts = new Counts { Last = now };
            }

            var elapsed = time.GetElapsedTime(counts.Last, now).TotalSeconds;
            if (Excess(counts.Second, rule.PerSecond, elapsed, rule.Multiplier) is not { } second || Excess(counts.Minute, rule.PerMinute / 60.0, elapsed, rule.Multiplier * 60) is not { } minute) return ReadState.OverRate;
            if (rule.Connections > 0 && counts.Open >= rule.Connections) return ReadState.OverConnections;
            (counts.Second, counts.Minute, counts.Last) = (second, minute, now);
            if (rule.Connections > 0) counts.Open++;
            return ReadState.None;
        }
    }

    /// <summary>A request that was admitted has ended.</summary>
    internal void Ended(ResourceKey pod, LimitRule rule, IPAddress address)
    {
        lock (gate)
        {
            if (rule.Connections > 0 && zones.TryGetValue((pod, rule.Ingress), out var zone) && zone.TryGetValue(address, out var counts) && counts.Open > 0) counts.Open--;
        }
    }

    /// <summary>The bucket with this request, or null when it runs over; negative while nothing was ever in it.</summary>
    private static double? Excess(double before, double rate, double elapsed, int multiplier)
    {
        if (rate <= 0) return before;
        var excess = before < 0 ? 0 : Math.Max(0, before - (rate * elapsed) + 1);
        return excess > rate * multiplier ? null : excess;
    }

    private void Forget(Dictionary<IPAddress, Counts> zone, long now)
    {
        foreach (var (address, counts) in zone)
        {
            if (counts.Open == 0 && time.GetElapsedTime(counts.Last, now) > TimeSpan.FromMinutes(1)) zone.Remove(address);
        }

        if (zone.Count >= MaxAddresses) zone.Remove(zone.First(z => z.Value.Open == 0).Key);
    }

    private sealed class Counts
    {
        internal double Second { get; set; } = -1;

        internal double Minute { get; set; } = -1;

        internal int Open { get; set; }

        internal long Last { get; set; }
    }
}
