using Usher.Model.Journeys;
using Usher.Trace;

namespace Usher.Bench.Recording;

/// <summary>
/// The road's journey log, which takes requests' records or doesn't. Hops make those in either case, since they work with them; without, nobody counts, joins, follows, tells or stores them.
/// What is made once a connection always goes through.
/// </summary>
internal sealed class TakenLog(JourneyLog log) : IJourneyLog
{
    private volatile bool takes = true;
    private long requests;

    /// <summary>Whether requests' records are taken.</summary>
    internal bool Takes { get => takes; set => takes = value; }

    /// <summary>Requests that a load balancer was done with, taken or not.</summary>
    internal long Requests => Interlocked.Read(ref requests);

    public void Add(DnsRecord record) => log.Add(record);

    public void Add(HandshakeRecord record) => log.Add(record);

    public void Add(ConnectionRecord record) => log.Add(record);

    public void Connected(ConnectionRecord record) => log.Connected(record);

    public void Closed(ConnectionRecord record) => log.Closed(record);

    public void Add(RequestRecord record)
    {
        if (record.Hop == Hop.LoadBalancer) Interlocked.Increment(ref requests);
        if (takes) log.Add(record);
    }
}
