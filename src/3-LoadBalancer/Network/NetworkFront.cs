using System.Net.Sockets;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Seam;

namespace Usher.LoadBalancer;

/// <summary>One socket of a Network Load Balancer's listener: it accepts connections, or receives datagrams.</summary>
internal sealed class NetworkFront : IAsyncDisposable
{
    private readonly RelayFront? connections;
    private readonly DatagramFront? datagrams;

    private NetworkFront(FrontPlace place, NetworkListeners listeners, SeamParts seam, ICertificateChooser certificates)
    {
        Place = place;
        FrontDecision Decide(Generation generation, ConnectionId connection) => listeners.Decide(generation, place.Bound, connection);
        if (place.Udp) datagrams = DatagramFront.Start(place.Bound, Decide, seam, Hop.LoadBalancer);
        else connections = RelayFront.Start(place.Bound, Decide, seam, hop: Hop.LoadBalancer, end: new NetworkTls(place.Bound, certificates, seam.Generations));
    }

    internal FrontPlace Place { get; }

    /// <summary>Binds and starts to take what comes.</summary>
    /// <exception cref="SocketException">The place can't be bound.</exception>
    internal static NetworkFront Start(FrontPlace place, NetworkListeners listeners, SeamParts seam, ICertificateChooser certificates) => new(place, listeners, seam, certificates);

    /// <summary>Takes nothing new, and gives connections that are open this long to end; flows of datagrams end with their socket.</summary>
    internal Task StopAsync(TimeSpan grace) => connections?.StopAsync(grace) ?? datagrams!.DisposeAsync().AsTask();

    /// <summary>The same when the road ends (<see cref="RelayFront.StopQuietAsync"/>).</summary>
    internal Task StopQuietAsync(TimeSpan grace) => connections?.StopQuietAsync(grace) ?? datagrams!.DisposeAsync().AsTask();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => connections?.DisposeAsync() ?? datagrams!.DisposeAsync();
}
