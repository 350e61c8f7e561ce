using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Usher.Ingress.Gateways;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Tests;
using Usher.Wire.Tests.Peers;

namespace Usher.Ingress.Tests.Gateways;

/// <summary>
/// The pod of the Gateway edge on real sockets, in a network of its own. Addresses: the pod is 127.N.64.1 (80 → 8080, 443 → 8443), Services are 127.N.16.x in the order of their names (80 → 8080).
/// </summary>
internal sealed class RunningGateway : RunningIngress
{
    private RunningGateway(GatewayCluster cluster) : base(cluster.Generation, cluster.Fronts) => Cluster = cluster;

    internal GatewayCluster Cluster { get; }

    /// <summary>Starts the Gateway's pod.</summary>
    internal static async Task<RunningGateway> StartAsync(params string[] yaml)
    {
        var running = new RunningGateway(new GatewayCluster(string.Concat(yaml), FreeNetwork.Next("64.1:8080", "64.1:8443", "16.1:8080", "16.2:8080", "65.1:8080", "65.2:8080")).Valid());
        running.Pod = await running.Services.GetRequiredService<GatewayImage>().StartAsync(running.Cluster.Pod().Start, TestContext.Current.CancellationToken);
        return running;
    }

    /// <summary>The Gateway as <c>explain</c> walks it.</summary>
    internal GatewayStep Step => Services.GetServices<IRoadStep>().OfType<GatewayStep>().Single();

    /// <summary>Where the pod listens for a listener's port.</summary>
    internal IPEndPoint At(int port = 80, bool udp = false) => Cluster.Port(port, udp: udp).Bound;

    /// <summary>Where a Service's port is bound.</summary>
    internal IPEndPoint ServiceAt(string name, int port = 80) => Cluster.Generation.Addresses.Bind(new ResourceKey("", "Service", "shop", name), port);

    /// <summary>Endpoints of a Service in this network: <c>web-1</c> is 10.0.2.1:8080, here 127.N.65.1:8080.</summary>
    internal FrontEndpoints Endpoints(params int[] numbers) => Balance.Endpoints.In(Cluster.Generation.Addresses.Of(Cluster.Pod().Key).Bound.GetAddressBytes()[1], numbers);

    /// <summary>Sends a request in the plain and reads one answer.</summary>
    internal Task<string> AskAsync(string request, int port = 80) => AskAsync(At(port), request);

    /// <summary>Shakes hands, taking any certificate; what ALPN offers is told by its names.</summary>
    internal Task<SslStream> HandshakeAsync(string? serverName, string[]? protocols = null, X509Certificate2? certificate = null, int port = 443) =>
        TlsPeer.HandshakeAsync(At(port), serverName, protocols: protocols, certificate: certificate);

    /// <summary>A request of HTTP/1.1 over TLS, and all that comes back until the end.</summary>
    internal async Task<string> AskSecurelyAsync(string serverName, string request, X509Certificate2? certificate = null, int port = 443)
    {
        await using var stream = await HandshakeAsync(serverName, ["http/1.1"], certificate, port);
        await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(request), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Limit.Wait, TestContext.Current.CancellationToken);
    }

    /// <summary>A client of HTTP/2 that connects to a port, with prior knowledge in the plain or over TLS for a server name. Its requests are of <c>http</c> all the same.</summary>
    internal HttpClient Http2(int port = 80, string? serverName = null) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        ConnectCallback = async (_, cancellationToken) =>
        {
            if (serverName is not null) return await HandshakeAsync(serverName, ["h2"], port: port);
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(At(port), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };
}
