using System.Globalization;
using System.Net.Sockets;
using Usher.Model.Contracts;
using Usher.Model.Road;
using Usher.Seam;
using Usher.Wire;

namespace Usher.Node;

/// <summary>
/// kube-proxy's answer on a Service's <c>healthCheckNodePort</c>: whether this node has a ready endpoint of it. Load balancers ask it to leave out the nodes
/// that <c>externalTrafficPolicy: Local</c> would drop packets on. Status, headers and body are those of Kubernetes' <c>pkg/proxy/healthcheck</c>.
/// </summary>
internal sealed class HealthServer : IFrontSocket, IExchangeHandler
{
    private readonly ServiceFront front;
    private readonly IServiceFronts fronts;
    private readonly IGenerationSource generations;
    private readonly Http1Server server = new();
    private readonly TcpListenerLoop listener;

    private HealthServer(ServiceFront front, IServiceFronts fronts, SeamParts seam)
    {
        this.front = front;
        this.fronts = fronts;
        generations = seam.Generations;
        listener = TcpListenerLoop.Start(
            front.Bound, (socket, draining, aborted) => server.RunAsync(socket, this, draining, aborted), new TcpListenerOptions { TimeProvider = seam.Time });
    }

    /// <summary>Binds and starts to answer.</summary>
    /// <exception cref="SocketException">The port can't be bound.</exception>
    public static HealthServer Start(ServiceFront front, IServiceFronts fronts, SeamParts seam) => new(front, fronts, seam);

    /// <inheritdoc/>
    public ValueTask HandleAsync(HttpExchange exchange)
    {
        var count = fronts.LocalEndpoints(generations.Current, front);
        var body = $$"""
            {
            	"service": {
            		"namespace": "{{front.Service.Namespace}}",
            		"name": "{{front.Service.Name}}"
            	},
            	"localEndpoints": {{count}},
            	"serviceProxyHealthy": true
            }
            """;
        KeyValuePair<string, string>[] headers =
        [
            new("Content-Type", "application/json"),
            new("X-Content-Type-Options", "nosniff"),
            new("X-Load-Balancing-Endpoint-Weight", count.ToString(CultureInfo.InvariantCulture)),
        ];
        return exchange.RespondAsync(count > 0 ? 200 : 503, headers, System.Text.Encoding.UTF8.GetBytes(body));
    }

    /// <inheritdoc/>
    public Task StopAsync(TimeSpan grace) => listener.StopAsync(grace == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : grace);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => listener.DisposeAsync();
}
