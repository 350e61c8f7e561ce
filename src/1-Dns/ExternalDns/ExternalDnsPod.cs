using System.Globalization;
using k8s.Models;
using Usher.Model.Contracts;
using Usher.Wire;

namespace Usher.Dns;

/// <summary>Stands for the pods of external-dns: its work is the reconciler's, and here is the port that probes ask, <c>--metrics-address</c>.</summary>
internal sealed class ExternalDnsPod : IBuiltInImage
{
    private const int StandardPort = 7979;

    /// <inheritdoc/>
    public bool Serves(V1Container container) => ExternalDnsImage.Is(container);

    /// <inheritdoc/>
    public Task<IRunningPod> StartAsync(PodStart start, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(start);
        var address = new ExternalDnsArguments(ExternalDnsImage.In(start.Pod)!, start.Pod).One("metrics-address");
        var port = int.TryParse(address?.Split(':')[^1], CultureInfo.InvariantCulture, out var written) && written is > 0 and <= ushort.MaxValue ? written : StandardPort;
        return Task.FromResult<IRunningPod>(new Running(TcpListenerLoop.Start(start.Addresses.Bind(start.Key, port), Serve(new Http1Server()))));
    }

    private static ServeSocket Serve(Http1Server server)
    {
        var health = new HealthEndpoint("OK");
        return (socket, draining, aborted) => server.RunAsync(socket, health, draining, aborted);
    }

    private sealed class Running(TcpListenerLoop health) : IRunningPod
    {
        private readonly TaskCompletionSource<string> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Exited => exited.Task;

        public int? ProcessId => null;

        public async Task StopAsync(TimeSpan grace, CancellationToken cancellationToken)
        {
            await health.StopAsync(TimeSpan.Zero);
            exited.TrySetResult("stopped");
        }

        public async ValueTask DisposeAsync()
        {
            await health.DisposeAsync();
            exited.TrySetResult("stopped");
        }
    }
}
