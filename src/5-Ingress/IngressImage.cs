using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Seam;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>Serves the pods of an ingress controller inside this process: its HTTP and HTTPS ports, and its health port.</summary>
internal sealed class IngressImage(IngressService service, SeamParts parts) : IBuiltInImage
{
    public bool Serves(V1Container container) => ControllerImage.Is(container);

    public async Task<IRunningPod> StartAsync(PodStart start, CancellationToken cancellationToken)
    {
        var controller = new RunningController(start, ControllerImage.In(start.Pod)!, service, parts);
        try
        {
            await controller.SecureAsync(cancellationToken);
            return controller;
        }
        catch
        {
            await controller.DisposeAsync();
            throw;
        }
    }

    private sealed class RunningController : IRunningPod
    {
        // large_client_header_buffers 4 8k, after client_header_buffer_size 1k (nginx documentation, Module ngx_http_core_module).
        private static readonly HeadLimits Heads = new() { StartLineBytes = 8 * 1024, HeaderBytes = 8 * 1024, TotalBytes = 33 * 1024 };
        private static readonly TimeSpan ClientHeaderTimeout = TimeSpan.FromSeconds(60);
        private readonly TaskCompletionSource<string> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Http1Server server;
        private readonly HopFront http;
        private readonly TcpListenerLoop health;
        private readonly IngressService service;
        private readonly SeamParts parts;
        private readonly System.Net.IPEndPoint httpsAt;
        private KestrelFront? https;

        internal RunningController(PodStart start, ControllerImage image, IngressService service, SeamParts parts)
        {
            (this.service, this.parts, httpsAt) = (service, parts, start.Addresses.Bind(start.Key, image.HttpsPort));
            server = new Http1Server(new Http1ServerOptions { IdleTimeout = TimeSpan.FromSeconds(75), HeadLimits = Heads, TimeProvider = parts.Time });
            var httpAt = start.Addresses.Bind(start.Key, image.HttpPort);
            http = HopFront.Start(httpAt, server, service, parts, Proxied(httpAt));
            try
            {
                var healthz = new HealthEndpoint("ok");
                health = TcpListenerLoop.Start(
                    start.Addresses.Bind(start.Key, image.HealthPort), (socket, draining, aborted) => server.RunAsync(socket, healthz, draining, aborted));
            }
            catch
            {
                _ = http.DisposeAsync().AsTask();
                throw;
            }
        }

        /// <summary>Opens the HTTPS port.</summary>
        internal async Task SecureAsync(CancellationToken cancellationToken) => https = await KestrelFront.StartAsync(
            new KestrelFrontOptions { Bound = httpsAt, Hop = service, Http1 = server, KeepAlive = server.Options.IdleTimeout, HeadBytes = Heads.TotalBytes, Tls = new TlsPort(httpsAt, service, parts.Generations), Proxied = Proxied(httpsAt) },
            parts, cancellationToken);

        /// <summary>The <c>proxy_protocol</c> of nginx's <c>listen</c>, by <c>use-proxy-protocol</c>.</summary>
        private ProxyEntry Proxied(System.Net.IPEndPoint at) =>
            new(Hop.Ingress, generation => generation.Find<IngressSnapshot>()?.ControllerAt(at) is { Config.UseProxyProtocol: true }, ClientHeaderTimeout, parts);

        public Task<string> Exited => exited.Task;

        public int? ProcessId => null;

        public async Task StopAsync(TimeSpan grace, CancellationToken cancellationToken)
        {
            using var limit = new CancellationTokenSource(grace, parts.Time);
            await Task.WhenAll(http.StopAsync(grace), https?.StopAsync(limit.Token) ?? Task.CompletedTask);
            await health.StopAsync(TimeSpan.Zero);
            exited.TrySetResult("stopped");
        }

        public async ValueTask DisposeAsync()
        {
            if (https is not null) await https.DisposeAsync();
            await http.DisposeAsync();
            await health.DisposeAsync();
            exited.TrySetResult("stopped");
        }
    }
}
