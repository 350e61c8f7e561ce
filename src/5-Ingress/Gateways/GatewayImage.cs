using System.Collections.Concurrent;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Seam;

namespace Usher.Ingress.Gateways;

/// <summary>
/// Serves the pods of Gateways inside this process. What they listen on follows the generations: a listener that is added or taken away concerns its port alone, and no pod is replaced for it.
/// </summary>
internal sealed partial class GatewayImage(GatewayFronts fronts, SeamParts parts) : IBuiltInImage, ICarrier
{
    private readonly ConcurrentDictionary<ResourceKey, GatewayPod> running = new();

    public bool Serves(V1Container container) => container.Image == GatewayObjects.Image;

    public async Task<IRunningPod> StartAsync(PodStart start, CancellationToken cancellationToken)
    {
        var pod = new GatewayPod(start, fronts, parts, gone => running.TryRemove(KeyValuePair.Create(start.Key, gone)));
        // First this, then the look at the generation: one that is published in between finds the pod.
        running[start.Key] = pod;
        try
        {
            if (parts.Generations.Current.Find<GatewaySnapshot>() is { } snapshot) await pod.OpenAsync(snapshot, cancellationToken);
            return pod;
        }
        catch
        {
            await pod.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens what the next generation's listeners need; closes what they don't once it is published.</summary>
    public async Task<ICarrierChange> PrepareAsync(Generation next, ErrorList errors, CancellationToken cancellationToken)
    {
        var snapshot = next.Get<GatewaySnapshot>();
        var opened = new List<(GatewayPod Pod, IReadOnlyList<FrontPlace> Places)>();
        foreach (var pod in running.Values)
        {
            try
            {
                opened.Add((pod, await pod.OpenAsync(snapshot, cancellationToken)));
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
            {
                errors.Add(new ConfigError(null, 0, pod.Gateway.ToString(), "spec.listeners", $"{e.InnerException?.Message ?? e.Message} ({pod.Key})"));
            }
        }

        return new Change(snapshot, running, parts.Logging.CreateLogger<GatewayImage>(), opened);
    }

    /// <summary>Pods stop with their own hop.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(5101, LogLevel.Warning, "{Pod} can't listen: {Why}")]
    private static partial void CannotListen(ILogger logger, ResourceKey pod, string why);

    private sealed class Change(GatewaySnapshot snapshot, ConcurrentDictionary<ResourceKey, GatewayPod> running, ILogger log, List<(GatewayPod Pod, IReadOnlyList<FrontPlace> Places)> opened) : ICarrierChange
    {
        private bool committed;

        public async Task CommitAsync(CancellationToken cancellationToken)
        {
            committed = true;
            foreach (var pod in running.Values)
            {
                await pod.CloseAllButAsync(snapshot);
                try
                {
                    // One that has started since then has nothing open yet, and one whose protocol has changed made room.
                    await pod.OpenAsync(snapshot, cancellationToken);
                }
                catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
                {
                    CannotListen(log, pod.Key, e.InnerException?.Message ?? e.Message);
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (committed) return;
            foreach (var (pod, places) in opened) await pod.CloseAsync(places);
        }
    }
}
