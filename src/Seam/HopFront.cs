using System.Net;
using System.Net.Sockets;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>
/// An HTTP hop's front: a listening socket, and in the same place the far end of express links. Both lead to the same <see cref="HopServer"/>, so the hop
/// can't tell which a request came by.
/// </summary>
public sealed class HopFront : ILinkFront, IAsyncDisposable
{
    private readonly LinkPorts ports = new();
    private readonly LinkTable table;
    private readonly LinkServer links;
    private readonly TcpListenerLoop listener;

    private readonly ProxyEntry? proxied;

    private HopFront(IPEndPoint bound, Http1Server server, IHttpHop hop, SeamParts parts, ProxyEntry? proxied)
    {
        this.proxied = proxied;
        table = parts.Links;
        var handler = new HopServer(hop, parts);
        links = new LinkServer(handler, server.Options);
        listener = TcpListenerLoop.Start(bound, (socket, draining, aborted) => server.RunAsync(socket, proxied is null ? null : proxied.ReadAsync, handler, draining, aborted));
        table.Add(Bound, this);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Bound => listener.LocalEndPoint;

    /// <summary>Binds and starts to accept.</summary>
    /// <param name="bound">Where to listen.</param>
    /// <param name="server">Serves the sockets, and says how links are served; owned by the caller.</param>
    /// <param name="hop">Who answers.</param>
    /// <param name="parts">The seam's parts.</param>
    /// <param name="proxied">Reads PROXY headers; null for a port that never wants any.</param>
    /// <exception cref="SocketException">The endpoint can't be bound.</exception>
    public static HopFront Start(IPEndPoint bound, Http1Server server, IHttpHop hop, SeamParts parts, ProxyEntry? proxied = null) => new(bound, server, hop, parts, proxied);

    /// <summary>Refuses new connections and links from now on, and gives those that are open this long to end.</summary>
    public Task StopAsync(TimeSpan grace)
    {
        table.Remove(Bound, this);
        return Task.WhenAll(listener.StopAsync(grace), links.StopAsync(grace));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero);
        await listener.DisposeAsync();
    }

    /// <summary>A link from an end at this address; null when there can be none, and a socket has to do.</summary>
    internal Link? TryOpen(IPAddress? source)
    {
        // Who comes by a link sends no PROXY header, as who dials sends none.
        if (proxied is { IsWanted: true } || ports.TryTake(source) is not { } from) return null;
        var link = links.TryOpen(from, Bound, () => ports.GiveBack(from));
        if (link is null) ports.GiveBack(from);
        return link;
    }

    /// <inheritdoc/>
    ValueTask<DialedUpstream?> ILinkFront.ConnectAsync(UpstreamKey key, bool byWire, CancellationToken cancellationToken) =>
        new(!byWire && TryOpen(key.Source) is { } link ? new DialedUpstream { Link = link, Local = link.From, Express = true } : null);
}
