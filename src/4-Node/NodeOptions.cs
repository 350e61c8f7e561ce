namespace Usher.Node;

/// <summary>How the control plane finds out about nodes.</summary>
public sealed record NodeOptions
{
    /// <summary>
    /// How long a node may be silent until its Ready condition is Unknown (kube-controller-manager's <c>--node-monitor-grace-period</c>); 50 s by default since
    /// Kubernetes 1.32, 40 s before.
    /// </summary>
    public TimeSpan MonitorGracePeriod { get; init; } = TimeSpan.FromSeconds(50);
}
