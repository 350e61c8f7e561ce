using System.Net.Sockets;
using Usher.Model.Contracts;

namespace Usher.Pod;

/// <summary>Starts what runs in the place of a pod's containers, and makes their volumes.</summary>
internal interface IPodLauncher
{
    /// <summary>Before a pod's first container: looks for the programs of all of them and makes the volumes.</summary>
    /// <exception cref="LaunchException">It can't be started.</exception>
    void SetUp(PodPlan pod);

    /// <summary>Brings the volumes of a running pod in line with its plan; a failure is tried again with the next plan.</summary>
    void Refresh(PodPlan pod);

    /// <summary>After a pod's last container: removes what lived with it.</summary>
    void TearDown(PodPlan pod);

    /// <summary>Starts a container once.</summary>
    /// <exception cref="LaunchException">It can't be started.</exception>
    Task<IRunningPod> LaunchAsync(PodPlan pod, ContainerPlan container, CancellationToken cancellationToken);
}

/// <summary>Starts processes, stand-ins and parts of Usher.</summary>
internal sealed class PodLauncher(
    PodOptions options, IEnumerable<IBuiltInImage> builtIns, IEnumerable<IPodEnvironment> environments, Warden warden, TimeProvider time) : IPodLauncher
{
    private readonly IBuiltInImage[] builtIns = [.. builtIns];
    private readonly IPodEnvironment[] environments = [.. environments];
    private readonly PodFolders folders = new(options, time);

    /// <inheritdoc/>
    public void SetUp(PodPlan pod)
    {
        foreach (var container in pod.AllContainers.Where(c => c.Runtime == PodRuntime.Process)) PodProcess.Find(container, EnvironmentOf(pod, container));
        folders.SetUp(pod);
    }

    /// <inheritdoc/>
    public void Refresh(PodPlan pod)
    {
        try
        {
            folders.Refresh(pod);
        }
        catch (LaunchException)
        {
            // The old files stay, as with the kubelet, which tries again.
        }
    }

    /// <inheritdoc/>
    public void TearDown(PodPlan pod) => folders.TearDown(pod);

    /// <inheritdoc/>
    public async Task<IRunningPod> LaunchAsync(PodPlan pod, ContainerPlan container, CancellationToken cancellationToken)
    {
        switch (container.Runtime)
        {
            case PodRuntime.Process:
                var space = await SpaceAsync(pod, container, cancellationToken);
                return PodProcess.Start(
                    new ProcessLaunch(pod, container, EnvironmentOf(pod, container), PodOutput.PathOf(options.LogDirectory, pod, container), options.LogFileBytes, space), warden, time);
            case PodRuntime.StandIn:
                return await StandInServer.StartAsync(pod, container, time, cancellationToken);
            default:
                return await LaunchBuiltInAsync(pod, container, cancellationToken);
        }
    }

    private Dictionary<string, string> EnvironmentOf(PodPlan pod, ContainerPlan container) =>
        ProcessEnvironment.Of(pod, container, Environment.GetEnvironmentVariables(), environments, VolumePaths.Of(pod, container, folders));

    private async Task<MountNamespace?> SpaceAsync(PodPlan pod, ContainerPlan container, CancellationToken cancellationToken)
    {
        foreach (var mount in container.Mounts) MakeSubPath(pod, mount);
        if (pod.Mounting != MountMode.Namespace) return null;
        var binds = container.Mounts.Select(m => new Bind(folders.Of(pod, m), m.Path, m.ReadOnly)).ToList();
        // A mount of the container's own wins.
        binds.AddRange(folders.SystemFiles(pod).Where(f => !binds.Exists(b => b.Target == f.Target)).Select(f => new Bind(f.Source, f.Target, ReadOnly: false)));
        return binds.Count == 0 ? null : await MountNamespaces.CreateAsync(folders.Stage(pod, container), binds, warden, cancellationToken);
    }

    // As the kubelet: a folder that isn't there is made, but not in what is configuration.
    private void MakeSubPath(PodPlan pod, MountPlan mount)
    {
        var path = folders.Of(pod, mount);
        if (Path.Exists(path)) return;
        if (pod.Volumes.First(v => v.Name == mount.Volume) is FilesVolume)
        {
            throw new LaunchException($"failed to prepare subPath for volumeMount \"{mount.Volume}\": the volume has no {mount.SubPath}");
        }

        Directory.CreateDirectory(path);
    }

    private async Task<IRunningPod> LaunchBuiltInAsync(PodPlan pod, ContainerPlan plan, CancellationToken cancellationToken)
    {
        var container = pod.Pod.Spec.Containers.First(c => c.Name == plan.Name && c.Image == plan.Image);
        try
        {
            return await builtIns.First(b => b.Serves(container))
                .StartAsync(new PodStart(pod.Key, pod.Pod, pod.Address!, pod.Addresses), cancellationToken);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new LaunchException($"{plan.Image} can't listen on {pod.Address!.Bound}: {e.Message} {ListeningSockets.WhoHas(pod, pod.Ports)}".TrimEnd());
        }
    }
}
