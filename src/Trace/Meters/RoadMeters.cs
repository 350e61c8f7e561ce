using System.Collections.Concurrent;
using Usher.Model.Journeys;

namespace Usher.Trace.Meters;

/// <summary>What the hops do, counted as their records come; and which outcomes there were.</summary>
public sealed class RoadMeters
{
    /// <summary>Outcomes counted by their code; of further ones there is one sum.</summary>
    private const int MostOutcomes = 500;

    private const string OtherOutcomes = "others";
    private readonly Meter dns = new();
    private readonly Meter tls = new();
    private readonly Meter loadBalancer = new();
    private readonly Meter targets = new();
    private readonly Meter flows = new();
    private readonly Meter node = new();
    private readonly Meter ingress = new();
    private readonly Meter pods = new();
    private readonly ConcurrentDictionary<string, long> outcomes = new(StringComparer.Ordinal);
    private readonly TimeProvider time;

    internal RoadMeters(TimeProvider time) => this.time = time;

    /// <summary>What everything has come to.</summary>
    public RoadReading Read() => new(
        time.GetUtcNow(),
        [
            new("dns", "queries", dns.Read()), new("tls", "handshakes", tls.Read()), new("load-balancer", "requests", loadBalancer.Read()), new("load-balancer", "connections", flows.Read()),
            new("targets", "as the load balancer measures them", targets.Read()), new("node", "connections", node.Read()), new("ingress", "requests", ingress.Read()), new("pods", "as the ingress measures them", pods.Read()),
        ],
        new Dictionary<string, long>(outcomes));

    internal void Count(DnsRecord record) => dns.Count(time.GetElapsedTime(record.StartedAt, record.EndedAt), record.Failed ? 5 : 2);

    internal void Count(HandshakeRecord record)
    {
        if (record.Outcome is not null) Failed(record.Outcome);
        if (record.Hop != Hop.Tls || (record.Outcome is null && record.DoneAt == 0)) return;
        tls.Count(record.DoneAt == 0 ? Never : time.GetElapsedTime(record.AcceptedAt, record.DoneAt), record.Outcome is null ? 2 : 5);
    }

    internal void Connected(ConnectionRecord record) => Of(record).Count(time.GetElapsedTime(record.AcceptedAt, record.ConnectedAt), 2);

    internal void Closed(ConnectionRecord record)
    {
        if (record.ConnectedAt == 0) Of(record).Count(Never, 0);
    }

    internal void Count(RequestRecord record)
    {
        var (own, next) = record.Hop == Hop.Ingress ? (ingress, pods) : (loadBalancer, targets);
        own.Count(time.GetElapsedTime(record.StartedAt, record.EndedAt), record.Status / 100);
        if (record.Outcome is { } outcome) Failed(outcome);
        if (record.UpstreamStatus != 0) next.Count(record.RequestSentAt == 0 ? Never : time.GetElapsedTime(record.RequestSentAt, record.FirstByteAt), record.UpstreamStatus / 100);
        else if (record.ConnectStartedAt != 0 || record.Upstream is not null) next.Count(Never, 0);
    }

    private static TimeSpan Never => TimeSpan.FromTicks(-1);

    private Meter Of(ConnectionRecord record) => record.Hop == Hop.LoadBalancer ? flows : node;

    private void Failed(string outcome) =>
        outcomes.AddOrUpdate(outcomes.ContainsKey(outcome) || outcomes.Count < MostOutcomes ? outcome : OtherOutcomes, 1, static (_, count) => count + 1);
}

/// <summary>What the road has come to.</summary>
/// <param name="At">When.</param>
/// <param name="Hops">The hops in their order.</param>
/// <param name="Outcomes">How often each failure occurred, by its code.</param>
public sealed record RoadReading(DateTimeOffset At, IReadOnlyList<HopReading> Hops, IReadOnlyDictionary<string, long> Outcomes);

/// <summary>What a hop has come to.</summary>
/// <param name="Hop">Its name.</param>
/// <param name="Counts">What is counted.</param>
/// <param name="Meter">How much.</param>
public sealed record HopReading(string Hop, string Counts, MeterReading Meter);
