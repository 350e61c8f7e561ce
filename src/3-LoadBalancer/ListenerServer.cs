using System.Net;
using Usher.Model.Contracts;
using Usher.Seam;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>What every listener of a road needs.</summary>
internal sealed record ListenerParts(SeamParts Seam, ICertificateChooser Certificates, LoadBalancerService Service);

/// <summary>
/// One listening endpoint of a load balancer: a front with the limits that the attributes set. What it does is read from the running generation at each connection and
/// request, so it outlives generations.
/// </summary>
internal sealed class ListenerServer : IAsyncDisposable
{
    private readonly KestrelFront front;
    private readonly TimeProvider time;
    private LoadBalancerAttributes attributes;

    private ListenerServer(KestrelFront front, ListenerPlan plan, TimeProvider time)
    {
        (this.front, this.time, attributes) = (front, time, plan.Attributes);
        Https = plan.Https;
    }

    internal IPEndPoint Bound => front.Bound;

    internal bool Https { get; }

    /// <summary>Binds and starts to accept.</summary>
    /// <exception cref="IOException">The port is in use.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The endpoint can't be bound for another reason: a privileged port, an address that isn't ours.</exception>
    internal static async Task<ListenerServer> StartAsync(ListenerPlan plan, ListenerParts parts, CancellationToken cancellationToken)
    {
        var front = await KestrelFront.StartAsync(
            new KestrelFrontOptions
            {
                Bound = plan.Bound,
                Hop = parts.Service,
                Http1 = Codec(plan.Attributes, parts.Seam.Time),
                KeepAlive = plan.Attributes.IdleTimeout,
                HeadBytes = 64 * 1024,
                // ALB user guide, Troubleshoot, response code 000: over 8 K compressed.
                FieldBytes = 8 * 1024,
                Tls = plan.Https ? new ListenerTls(plan.Bound, parts) : null,
            },
            parts.Seam, cancellationToken);
        return new ListenerServer(front, plan, parts.Seam.Time);
    }

    /// <summary>Takes the next generation's timeouts for connections from now on; open HTTP/1 connections keep theirs.</summary>
    internal void Follow(ListenerPlan plan)
    {
        if (plan.Attributes == attributes) return;
        attributes = plan.Attributes;
        front.Follow(Codec(attributes, time), attributes.IdleTimeout);
    }

    /// <summary>Accepts no more, lets requests in flight end, and cuts what is left when the token fires.</summary>
    internal Task StopAsync(CancellationToken cancellationToken) => front.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => front.DisposeAsync();

    private static Http1Server Codec(LoadBalancerAttributes attributes, TimeProvider time) => new(new Http1ServerOptions
    {
        IdleTimeout = attributes.IdleTimeout,
        HeadTimeout = attributes.IdleTimeout,
        KeepAliveTimeout = attributes.ClientKeepAlive,
        // What breaks the grammar is classified, and passes or not by the desync mitigation mode.
        Tolerant = true,
        // ALB user guide, Troubleshoot, response code 000.
        RequestsPerHttp2Connection = 10_000,
        TimeProvider = time,
    });
}
