namespace Usher.Pod;

/// <summary>
/// What pods have on disk. <c>&lt;folder&gt;/&lt;namespace&gt;_&lt;pod&gt;/volumes/&lt;name&gt;</c> lives as long as the pod and is readable by its owner only; a claim's
/// folder, <c>&lt;claims&gt;/&lt;namespace&gt;/&lt;claim&gt;</c>, is kept.
/// </summary>
internal sealed class PodFolders(PodOptions options, TimeProvider time)
{
    private readonly Lock gate = new();
    private bool swept;

    /// <summary>A pod's folder.</summary>
    public string Of(PodPlan pod) => Path.Combine(options.Folder, $"{pod.Key.Namespace}_{pod.Key.Name}");

    /// <summary>Where a volume lies on this machine.</summary>
    public string Of(PodPlan pod, VolumePlan volume) => volume is ClaimVolume claim
        ? Path.Combine(options.ClaimFolder, pod.Key.Namespace, claim.Claim)
        : Path.Combine(Of(pod), "volumes", volume.Name);

    /// <summary>Where what a container mounts lies on this machine.</summary>
    public string Of(PodPlan pod, MountPlan mount) => Path.Combine(Of(pod, pod.Volumes.First(v => v.Name == mount.Volume)), mount.SubPath);

    /// <summary>Where a container's mounts are prepared; made.</summary>
    public string Stage(PodPlan pod, ContainerPlan container) => Directory.CreateDirectory(Path.Combine(Of(pod), "containers", container.Name)).FullName;

    /// <summary>The pod's own files of the system: where they lie on this machine, and where they belong.</summary>
    public IEnumerable<(string Source, string Target, string Content)> SystemFiles(PodPlan pod)
    {
        if (pod.Hosts is { } hosts) yield return (Path.Combine(Of(pod), "etc-hosts"), "/etc/hosts", hosts);
        if (pod.Resolver is { } resolver) yield return (Path.Combine(Of(pod), "etc-resolv.conf"), "/etc/resolv.conf", pod.ClusterDns is null ? resolver : MachineResolver.Behind(resolver));
    }

    /// <summary>Makes the volumes of a pod that is about to start.</summary>
    /// <exception cref="LaunchException">One can't be made.</exception>
    public void SetUp(PodPlan pod) => Write(pod, anew: true);

    /// <summary>Brings the volumes of a running pod in line with their configuration.</summary>
    /// <exception cref="LaunchException">One can't be written.</exception>
    public void Refresh(PodPlan pod) => Write(pod, anew: false);

    /// <summary>Removes what lives as long as the pod.</summary>
    public void TearDown(PodPlan pod)
    {
        if (Needed(pod)) Delete(Of(pod));
    }

    private bool Needed(PodPlan pod) => !pod.Volumes.IsEmpty || SystemFiles(pod).Any();

    private void Write(PodPlan pod, bool anew)
    {
        if (!Needed(pod)) return;
        try
        {
            if (anew)
            {
                Sweep();
                Delete(Of(pod));
                if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Of(pod));
                else Directory.CreateDirectory(Of(pod), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            foreach (var (source, _, content) in SystemFiles(pod)) File.WriteAllText(source, content);
            foreach (var volume in pod.Volumes)
            {
                if (volume is FilesVolume files) AtomicFolder.Write(Of(pod, files), files.Files, time.GetUtcNow());
                else Directory.CreateDirectory(Of(pod, volume));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LaunchException($"its volumes can't be made in {Of(pod)}: {e.Message}");
        }
    }

    // What a road left that was killed: nobody else uses the folder.
    private void Sweep()
    {
        lock (gate)
        {
            if (swept) return;
            swept = true;
            if (!Directory.Exists(options.Folder)) return;
            foreach (var folder in Directory.GetDirectories(options.Folder)) Delete(folder);
        }
    }

    private static void Delete(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A program that left its process group may still write; the next start of the pod, or of the road, tries again.
        }
    }
}
