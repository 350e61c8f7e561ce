using System.Net.Sockets;
using Usher.Model.Contracts;

namespace Usher.Pod;

/// <summary>Starts what runs in a pod's place.</summary>
internal interface IPodLauncher
{
    /// <summary>Starts it once.</summary>
    /// <exception cref="LaunchException">It can't be started.</exception>
    Task<IRunningPod> LaunchAsync(PodPlan pod, CancellationToken cancellationToken);
}

/// <summary>Starts processes, stand-ins and parts of Usher.</summary>
internal sealed class PodLauncher(
    PodOptions options, IEnumerable<IBuiltInImage> builtIns, IEnumerable<IPodEnvironment> environments, Warden warden, TimeProvider time) : IPodLauncher
{
    private readonly IBuiltInImage[] builtIns = [.. builtIns];
    private readonly IPodEnvironment[] environments = [.. environments];

    /// <inheritdoc/>
    public async Task<IRunningPod> LaunchAsync(PodPlan pod, CancellationToken cancellationToken)
    {
        switch (pod.Runtime)
        {
            case PodRuntime.Process:
                var variables = ProcessEnvironment.Of(pod, Environment.GetEnvironmentVariables(), environments);
                return PodProcess.Start(pod, variables, PodOutput.PathOf(options.LogDirectory, pod), options.LogFileBytes, warden, time);
            case PodRuntime.StandIn:
                return await StandInServer.StartAsync(pod, time, cancellationToken);
            default:
                return await LaunchBuiltInAsync(pod, cancellationToken);
        }
    }

    private async Task<IRunningPod> LaunchBuiltInAsync(PodPlan pod, CancellationToken cancellationToken)
    {
        var container = pod.Pod.Spec.Containers.First(c => c.Name == pod.Container && c.Image == pod.Image);
        try
        {
            return await builtIns.First(b => b.Serves(container))
                .StartAsync(new PodStart(pod.Key, pod.Pod, pod.Address!, pod.Addresses), cancellationToken);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new LaunchException($"{pod.Image} can't listen on {pod.Address!.Bound}: {e.Message} {ListeningSockets.WhoHas(pod)}".TrimEnd());
        }
    }
}
