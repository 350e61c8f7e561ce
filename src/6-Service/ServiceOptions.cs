namespace Usher.Service;

/// <summary>How long kube-proxy takes to follow endpoints. The default is what a small cluster shows with Kubernetes' defaults.</summary>
public sealed record ServiceOptions
{
    /// <summary>
    /// From a change of a pod until every node's kube-proxy has heard of it: the kubelet's status, the EndpointSlice controller and the watch. Nodes hear of
    /// it between this and half as much more, each always after the same time.
    /// </summary>
    public TimeSpan WatchDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The least time between two runs of a node's kube-proxy (<c>--nftables-min-sync-period</c>, <c>--iptables-min-sync-period</c>); 1 s by default
    /// (https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/).
    /// </summary>
    public TimeSpan MinSyncPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Rules that follow endpoints at once, as no cluster's do.</summary>
    public static ServiceOptions Immediate { get; } = new() { WatchDelay = TimeSpan.Zero, MinSyncPeriod = TimeSpan.Zero };
}
