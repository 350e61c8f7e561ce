using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>
/// The seam for hops that carry datagrams and read nothing of them: receives at one endpoint and lets the hop decide once for each flow, with its first datagram. A flow's record is opened before the hop decides
/// and closed when the flow ends. Express links know no datagrams.
/// </summary>
public sealed class DatagramFront : IAsyncDisposable
{
    private static readonly TimeSpan FullAgain = TimeSpan.FromSeconds(10);

    private readonly DecideConnection decide;
    private readonly SeamParts parts;
    private readonly ILogger log;
    private readonly UdpRelay relay;
    private readonly Hop hop;
    private volatile bool stopping;
    private long toldFull;

    private DatagramFront(IPEndPoint bound, DecideConnection decide, SeamParts parts, Hop hop, int maxFlows)
    {
        (this.decide, this.parts, this.hop) = (decide, parts, hop);
        log = parts.Logging.CreateLogger<DatagramFront>();
        Bound = bound;
        relay = UdpRelay.Start(bound, Route, new UdpRelayOptions { TimeProvider = parts.Time, MaxFlows = maxFlows, OnFull = Full, OnError = e => log.NotReceiving(Bound, e.Message) });
        Bound = relay.LocalEndPoint;
    }

    /// <summary>Where it receives.</summary>
    public IPEndPoint Bound { get; private set; }

    /// <summary>Flows that live now.</summary>
    public int Flows => relay.Flows;

    /// <summary>Binds and starts to receive.</summary>
    /// <param name="bound">Where to receive.</param>
    /// <param name="decide">Chooses for each flow.</param>
    /// <param name="parts">The seam's parts.</param>
    /// <param name="hop">Whose front it is.</param>
    /// <param name="maxFlows">The most flows at a time.</param>
    /// <exception cref="SocketException">The endpoint can't be bound.</exception>
    public static DatagramFront Start(IPEndPoint bound, DecideConnection decide, SeamParts parts, Hop hop = Hop.Node, int maxFlows = UdpRelayOptions.StandardFlows) => new(bound, decide, parts, hop, maxFlows);

    /// <summary>Cuts the flows for whose client's address and upstream this holds; their clients' next datagrams are decided anew.</summary>
    public void Cut(Func<IPAddress, IPEndPoint, bool> which) => relay.Cut(flow => which(flow.Client.Address, flow.Remote));

    /// <summary>Stops at once, and cuts what is left.</summary>
    public async ValueTask DisposeAsync()
    {
        stopping = true;
        await relay.DisposeAsync();
    }

    /// <summary>1. Open the record. 2. Decide. 3. The rest is the flow's; a record without a way on is closed at once, and the datagram dropped.</summary>
    private UdpRoute? Route(IPEndPoint client)
    {
        // 1.
        var record = new ConnectionRecord
        {
            Hop = hop, Generation = parts.Generations.Current, Downstream = new ConnectionId(client, Bound) { Udp = true }, AcceptedAt = parts.Time.GetTimestamp(),
        };
        parts.Log.Add(record);
        try
        {
            // 2.
            var decision = decide(record.Generation, record.Downstream);
            record.Decision = decision.Decision;

            // 3.
            if (decision.Destination is { } destination) return Way(record, decision, destination);
            Close(record, decision.Dropped ? "left without an answer: its packets are dropped" : "no endpoint to send it to");
            return null;
        }
        catch (Exception e)
        {
            Close(record, $"a fault in Usher itself: {e.Message}");
            throw;
        }
    }

    private UdpRoute Way(ConnectionRecord record, FrontDecision decision, IPEndPoint destination)
    {
        CancellationTokenRegistration ended = default;
        return new UdpRoute(destination, decision.Source)
        {
            Patience = decision.IdleTimeout is { } idle ? UdpPatience.Of(idle) : UdpPatience.Netfilter,
            Opened = flow =>
            {
                record.ConnectedAt = parts.Time.GetTimestamp();
                record.Upstream = new ConnectionId(flow.Local, flow.Remote) { Udp = true };
                record.Reading = () => Read(flow);
                parts.Log.Connected(record);
                decision.Opened?.Invoke();
                if (decision.Cut is { } cut) ended = cut.Token.UnsafeRegister(static flow => ((UdpFlow)flow!).Dispose(), flow);
            },
            Closed = flow =>
            {
                ended.Unregister();
                var last = Read(flow);
                (record.Flow, record.BytesUp, record.BytesDown, record.Reading) = (last, last.Counts.BytesUp, last.Counts.BytesDown, null);
                record.Refused = flow.Ended == UdpFlowEnd.Refused;
                // As of a connection: once its end is recorded, it counts nowhere any more.
                decision.Closed?.Invoke();
                Close(record, flow.Ended == UdpFlowEnd.Cut && decision.Cut?.Why is { } why ? $"cut: {why}" : Words(flow.Ended, decision.Declared ?? record.Generation.Addresses.Declared(destination)));
            },
            Failed = problem => Close(record, $"{decision.Declared ?? record.Generation.Addresses.Declared(destination)} can't be reached ({problem.SocketErrorCode})"),
        };
    }

    /// <summary>Says at times, not for each datagram, that new clients aren't served. The relay's loop alone calls it.</summary>
    private void Full()
    {
        var now = parts.Time.GetTimestamp();
        if (toldFull != 0 && parts.Time.GetElapsedTime(toldFull, now) < FullAgain) return;
        toldFull = now;
        log.Full(Bound, relay.Flows, (int)FullAgain.TotalSeconds);
    }

    private void Close(ConnectionRecord record, string why)
    {
        record.CloseReason = why;
        record.ClosedAt = parts.Time.GetTimestamp();
        parts.Log.Closed(record);
    }

    private string Words(UdpFlowEnd end, IPEndPoint at) => end switch
    {
        UdpFlowEnd.Refused => $"{at} refused a datagram: nothing listens there (ICMP port unreachable)",
        UdpFlowEnd.Unreachable => $"{at} can't be reached",
        UdpFlowEnd.IdleTimeout => "idle for too long",
        UdpFlowEnd.GaveWay => "gave way to a newer flow: there were as many as there may be",
        _ => stopping ? "cut when the road stopped or changed" : $"forgotten: {at} is to get no more of it",
    };

    private static FlowReading Read(UdpFlow flow) =>
        new(new DatagramCounts(flow.DatagramsToUpstream, flow.DatagramsToClient, flow.BytesToUpstream, flow.BytesToClient, flow.Lost), flow.AnsweredAt, flow.LastAt);
}
