using Usher.Model.Journeys;

namespace Usher.Trace;

/// <summary>
/// The newest flows of datagrams through load balancers, to be listed: from when they lead on, or when they turned out to lead nowhere. A client whose datagrams lead nowhere counts once a minute; it may go on sending.
/// </summary>
internal sealed class ListedFlows(int capacity, TimeProvider time)
{
    private static readonly TimeSpan Repeat = TimeSpan.FromMinutes(1);
    private readonly Ring<ConnectionRecord> flows = new(capacity);

    /// <summary>A relay's connection leads on.</summary>
    public void Opened(ConnectionRecord record)
    {
        if (record is not { Hop: Hop.LoadBalancer, Downstream.Udp: true }) return;
        record.JourneyId ??= JourneyIds.New(time.GetUtcNow());
        flows.Add(record);
    }

    /// <summary>A relay's connection has ended.</summary>
    public void Closed(ConnectionRecord record)
    {
        if (record is { Hop: Hop.LoadBalancer, Downstream.Udp: true, Upstream: null }
            && !flows.NewestFirst().TakeWhile(f => time.GetElapsedTime(f.AcceptedAt, record.AcceptedAt) < Repeat)
                .Any(f => f.Upstream is null && f.Downstream.To.Equals(record.Downstream.To) && f.Downstream.From.Address.Equals(record.Downstream.From.Address)))
        {
            record.JourneyId ??= JourneyIds.New(time.GetUtcNow());
            flows.Add(record);
        }
    }

    /// <summary>All of them, the newest first.</summary>
    public IEnumerable<ConnectionRecord> NewestFirst() => flows.NewestFirst();
}
