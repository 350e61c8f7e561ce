using System.Collections.Concurrent;
using System.Net;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>
/// The fronts of this process by the endpoint that they listen at, for express links: who connects to one of them is led on in process, with what a TCP
/// connection would have met there. Anything else is dialled. Empty, and so all wire, unless the road runs with express links.
/// </summary>
/// <param name="express">Whether fronts can be reached by links.</param>
/// <param name="time">The clock.</param>
public sealed class LinkTable(bool express, TimeProvider time) : IUpstreamDialer
{
    private readonly ConcurrentDictionary<IPEndPoint, ILinkFront> fronts = new();

    /// <inheritdoc/>
    public async ValueTask<DialedUpstream> DialAsync(UpstreamKey key, bool byWire, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (fronts.TryGetValue(key.Remote, out var front) && await front.ConnectAsync(key, byWire, cancellationToken) is { } linked) return linked;
        return DialedUpstream.To(await TcpDialer.ConnectAsync(key, timeout, time, cancellationToken));
    }

    /// <summary>The front of an HTTP hop that listens at an endpoint, or null.</summary>
    internal HopFront? HopAt(IPEndPoint bound) => fronts.TryGetValue(bound, out var front) ? front as HopFront : null;

    internal void Add(IPEndPoint bound, ILinkFront front)
    {
        if (express) fronts[bound] = front;
    }

    internal void Remove(IPEndPoint bound, ILinkFront front) => fronts.TryRemove(new(bound, front));
}

/// <summary>A front that connections in this process may be led through.</summary>
internal interface ILinkFront
{
    /// <summary>
    /// Accepts a connection as if it had been dialled; null when it has to be dialled really.
    /// </summary>
    ValueTask<DialedUpstream?> ConnectAsync(UpstreamKey key, bool byWire, CancellationToken cancellationToken);
}
