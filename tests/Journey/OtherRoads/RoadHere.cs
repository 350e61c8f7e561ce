using System.Net;
using System.Net.Sockets;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Usher.Cli.Running;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Journey.Tests.OtherRoads;

/// <summary>A road in this process, so that its generation can be asked: with every port free, and stand-ins for images without a command.</summary>
internal sealed class RoadHere : IAsyncDisposable
{
    private const string GatewayLabel = "gateway.networking.k8s.io/gateway-name";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly LoopbackNetwork network;
    private readonly StateDirectory state;
    private readonly Road road;
    private ApiServer? api;

    private RoadHere(LoopbackNetwork network, StateDirectory state, Road road) => (this.network, this.state, this.road) = (network, state, road);

    internal Generation Generation => road.Generation;

    /// <summary>What isn't accepted, has no effect or is only told, a line each.</summary>
    internal IEnumerable<string> Warnings => road.Generation.Warnings.Select(w => w.ToString());

    /// <summary>Brings up the road of these files and folders, and waits until its pods are ready.</summary>
    internal static async Task<RoadHere> StartAsync(IReadOnlyList<string> paths)
    {
        var network = LoopbackNetwork.Free();
        var state = StateDirectory.Temporary();
        var here = new RoadHere(network, state, Road.Compose(new RoadSettings { Paths = paths, Range = new LoopbackRange((byte)network.Number), DnsPort = 0, ApiPort = 0 }, state));
        try
        {
            var errors = new ErrorList();
            here.api = await here.road.StartApiAsync(errors, TestContext.Current.CancellationToken);
            var applied = here.api is not null && await here.road.ApplyAsync(errors, TestContext.Current.CancellationToken);
            Assert.True(applied, string.Join('\n', errors.All));
            // A port of UDP is checked by TCP, as the AWS Load Balancer Controller has it unless it is told otherwise: a Gateway's answers none, and the load balancer sends to all of its targets.
            Assert.DoesNotContain(await here.road.WhenReadyAsync(Patience, TestContext.Current.CancellationToken), problem => !here.IsOfDatagrams(problem));
            foreach (var at in here.Doors()) await Until.HoldsAsync($"{at} is open", () => AcceptsAsync(at));
            return here;
        }
        catch
        {
            await here.DisposeAsync();
            throw;
        }
    }

    private bool IsOfDatagrams(string problem) => Generation.State.All<Usher.Model.Aws.TargetGroup>().Any(g => g.Value.Protocol == "UDP" && problem.Contains($" of {g.Value.Name} is ", StringComparison.Ordinal));

    /// <summary>Where the virtual IP of a Gateway's Service is bound; that of the ingress controller where the road has no Gateway, or the load balancer where it has neither.</summary>
    /// <param name="port">The Service's port.</param>
    /// <param name="gateway">The Gateway's name; null for the road's only one.</param>
    internal IPEndPoint At(int port, string? gateway = null)
    {
        var service = Generation.State.All<V1Service>().SingleOrDefault(s => s.Value.Metadata.Labels?.TryGetValue(GatewayLabel, out var name) == true ? gateway is null || name == gateway : s.Key.Name == Added.Controller);
        return service is not null ? Generation.Addresses.Bind(service.Key, port) : road.Services.GetRequiredService<ITargetHealth>().Listeners(Generation).First(l => l.Port == port).Bound;
    }

    /// <summary>What is said of an object: <c>Accepted=True Accepted</c>, a condition each.</summary>
    internal IReadOnlyList<string> Status(string kind, string name) =>
        [.. road.Services.GetServices<IStatusReports>().SelectMany(r => r.All(Generation)).Where(s => s.Key.Kind == kind && s.Key.Name == name).SelectMany(s => s.Conditions, (_, c) => $"{c.Type}={c.Status} {c.Reason}")];

    /// <summary>Where TCP connections of the road's Gateways and ingress controllers come in.</summary>
    private IEnumerable<IPEndPoint> Doors() => Generation.State.All<V1Service>()
        .Where(s => s.Key.Name == Added.Controller || s.Value.Metadata.Labels?.ContainsKey(GatewayLabel) == true)
        .SelectMany(s => s.Value.Spec.Ports.Where(p => p.Protocol is null or "TCP").Select(p => Generation.Addresses.Bind(s.Key, p.Port)));

    private static async Task<bool> AcceptsAsync(IPEndPoint at)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(at, TestContext.Current.CancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await road.StopAsync(TimeSpan.FromSeconds(5));
        if (api is not null) await api.DisposeAsync();
        await road.DisposeAsync();
        state.Dispose();
        network.Dispose();
    }
}
