using System.Collections.Concurrent;
using System.Net;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>
/// The fronts of this process by the endpoint that they listen at. Who connects to one of them and has its packets dropped on its own node gets no answer. By express
/// links it is led on in process, with what a TCP connection would have met there. Anything else is dialled.
/// </summary>
/// <param name="express">Whether fronts can be reached by links.</param>
/// <param name="time">The clock.</param>
public sealed class LinkTable(bool express, TimeProvider time) : IUpstreamDialer
{
    // When Linux sends a SYN again that got no answer; twice as long after each.
    private static readonly TimeSpan Retransmission = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<IPEndPoint, ILinkFront> fronts = new();

    /// <inheritdoc/>
    public async ValueTask<DialedUpstream> DialAsync(UpstreamKey key, bool byWire, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (fronts.TryGetValue(key.Remote, out var front))
        {
            if (key.Source is { } source && front.Drops(source)) timeout = await UnansweredAsync(front, key, source, timeout, cancellationToken);
            if (express && await front.ConnectAsync(key, byWire, cancellationToken) is { } linked) return linked;
        }

        return DialedUpstream.To(await TcpDialer.ConnectAsync(key, timeout, time, cancellationToken));
    }

    /// <summary>The front of an HTTP hop that listens at an endpoint, or null.</summary>
    internal HopFront? HopAt(IPEndPoint bound) => express && fronts.TryGetValue(bound, out var front) ? front as HopFront : null;

    internal void Add(IPEndPoint bound, ILinkFront front) => fronts[bound] = front;

    internal void Remove(IPEndPoint bound, ILinkFront front) => fronts.TryRemove(new(bound, front));

    /// <summary>A SYN that is dropped, and those that follow it until one isn't.</summary>
    /// <returns>What is left of the time.</returns>
    private async ValueTask<TimeSpan> UnansweredAsync(ILinkFront front, UpstreamKey key, IPAddress source, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var left = timeout;
        for (var next = Retransmission; front.Drops(source); next *= 2)
        {
            var wait = next < left ? next : left;
            await Task.Delay(wait, time, cancellationToken);
            left -= wait;
            if (left <= TimeSpan.Zero) throw new ConnectException(key, ConnectFailure.TimedOut, $"no answer within {timeout.TotalSeconds:0.###} s");
        }

        return left;
    }
}

/// <summary>A front that connections in this process may be led through.</summary>
internal interface ILinkFront
{
    /// <summary>Whether the packets of who dials from this address never arrive here.</summary>
    bool Drops(IPAddress source) => false;

    /// <summary>
    /// Accepts a connection as if it had been dialled; null when it has to be dialled really.
    /// </summary>
    ValueTask<DialedUpstream?> ConnectAsync(UpstreamKey key, bool byWire, CancellationToken cancellationToken);
}
