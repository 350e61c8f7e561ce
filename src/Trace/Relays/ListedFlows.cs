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
        if (record is not { Hop: Hop.LoadBalancer, Downstream.Udp: true } || !LedNowhere(record)) return;
        var again = flows.NewestFirst().Where(f => f != record).TakeWhile(f => time.GetElapsedTime(f.AcceptedAt, record.AcceptedAt) < Repeat).Any(f => LedNowhere(f) && Same(f, record));
        if (again)
        {
            record.JourneyId = null;
        }
        else if (record.Upstream is null)
        {
            record.JourneyId ??= JourneyIds.New(time.GetUtcNow());
            flows.Add(record);
        }
    }

    /// <summary>All of them, the newest first.</summary>
    public IEnumerable<ConnectionRecord> NewestFirst() => flows.NewestFirst().Where(f => f.JourneyId is not null);

    // Nobody to send to, or nobody there.
    private static bool LedNowhere(ConnectionRecord record) => record.ClosedAt != 0 && (record.Upstream is null || (record.Refused && record.Datagrams is { Down: 0 }));

    private static bool Same(ConnectionRecord one, ConnectionRecord other) =>
        one.Downstream.To.Equals(other.Downstream.To) && one.Downstream.From.Address.Equals(other.Downstream.From.Address) && Equals(one.Upstream?.To, other.Upstream?.To);
}
