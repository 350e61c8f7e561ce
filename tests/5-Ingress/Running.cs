using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Usher.Model.Contracts;
using Usher.Tests;

namespace Usher.Ingress.Tests;

/// <summary>
/// A controller's pod on real sockets, in a network of its own. Addresses: the pod is 127.N.64.1 (80 → 8080, 443 → 8443, 10254), Services are 127.N.16.x in the order of their names (80 → 8080).
/// </summary>
internal sealed class Running : RunningIngress
{
    private Running(Cluster cluster) : base(cluster.Generation, cluster.Fronts) => Cluster = cluster;

    internal Cluster Cluster { get; }

    internal IPEndPoint At => Cluster.ControllerAt;

    internal IPEndPoint HttpsAt => new(At.Address, 8443);

    /// <summary>Starts the controller of a cluster.</summary>
    internal static async Task<Running> StartAsync(string yaml, bool standard = true)
    {
        var running = new Running(new Cluster(yaml, Network(), standard).Valid());
        running.Pod = await running.Services.GetRequiredService<IBuiltInImage>().StartAsync(running.Cluster.Controller, TestContext.Current.CancellationToken);
        return running;
    }

    /// <summary>Sends a request and reads one answer.</summary>
    internal Task<string> AskAsync(string request, IPEndPoint? at = null) => AskAsync(at ?? At, request);

    /// <summary>127.N.0.0/16 whose controller's ports nobody uses.</summary>
    internal static byte Network() => FreeNetwork.Next("64.1:8080", "64.1:8443", "16.1:8080");
}
