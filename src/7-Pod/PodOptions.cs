namespace Usher.Pod;

/// <summary>How this road runs its pods. Registered as a singleton by whoever composes the road.</summary>
/// <param name="StandInOnly">True to run a stand-in for every image that Usher doesn't serve itself, even where a command stands for it.</param>
/// <param name="LogDirectory">Where process pods' output goes, one file a pod, made when it is missing.</param>
public sealed record PodOptions(bool StandInOnly, string LogDirectory)
{
    /// <summary>Most bytes of one log file before it becomes <c>.log.1</c>; the kubelet's <c>containerLogMaxSize</c> is 10 MiB too.</summary>
    public long LogFileBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>Where pods' volumes lie while they run, a folder a pod; made when it is missing, and emptied before the first pod.</summary>
    public string Folder { get; init; } = Path.Combine(LogDirectory, "run");

    /// <summary>Where the volumes of PersistentVolumeClaims lie, a folder a claim, kept; made when it is missing.</summary>
    public string ClaimFolder { get; init; } = Path.Combine(LogDirectory, "claims");

    /// <summary>Whether processes get mount namespaces of their own for their volumes; null to do so where this machine allows it.</summary>
    public bool? MountNamespaces { get; init; }
}
