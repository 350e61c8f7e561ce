using System.Net;
using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>A pod while the controllers decide on it. Its objects are replaced, never changed.</summary>
/// <param name="key">Its identity.</param>
/// <param name="pod">The object so far.</param>
/// <param name="origin">Where it was written; <see cref="Origin.Derived"/> when a controller made it.</param>
/// <param name="had">The object of the running generation; null for a new pod.</param>
/// <param name="status">How it lives; null when nobody knows.</param>
internal sealed class PodEntry(ResourceKey key, V1Pod pod, Origin origin, V1Pod? had, PodStatus? status)
{
    public ResourceKey Key => key;

    public Origin Origin => origin;

    public V1Pod Pod { get; set; } = pod;

    /// <summary>The object of the running generation.</summary>
    public V1Pod? Had => had;

    public PodStatus? Status => status;

    /// <summary>What somebody wrote, when this is a copy of it.</summary>
    public V1Pod? Source { get; init; }

    /// <summary>True once somebody answers for it; what nobody wants is deleted.</summary>
    public bool Wanted { get; set; }

    /// <summary>The controller's name with its namespace; its own without one. Pods of one owner are spread over the nodes.</summary>
    public string Owner => Controller is { } owner ? $"{key.Namespace}/{owner.Name}" : key.Short;

    public V1OwnerReference? Controller => Pod.Metadata.OwnerReferences?.FirstOrDefault(o => o.Controller == true);

    public bool Terminating => Pods.IsTerminating(Pod);

    public string Phase => status?.Phase ?? Pod.Status?.Phase ?? "Pending";

    /// <summary>It has ended, for good or ill.</summary>
    public bool Finished => Phase is "Succeeded" or "Failed";

    /// <summary>Counted as a replica (Kubernetes, <c>IsPodActive</c>).</summary>
    public bool Active => !Terminating && !Finished;

    public bool Ready => status is { Ready: true, Terminating: false } && Active;

    public bool Scheduled => !string.IsNullOrEmpty(Pod.Spec.NodeName);

    public IPAddress? Ip => Pods.Ip(Pod);

    /// <summary>When it becomes available if it stays ready; null while it isn't ready.</summary>
    public DateTimeOffset? AvailableAt(int minReadySeconds) =>
        !Ready ? null : minReadySeconds == 0 ? DateTimeOffset.MinValue : (status!.ReadySince ?? DateTimeOffset.MinValue).AddSeconds(minReadySeconds);
}

/// <summary>What is read of pods in many places.</summary>
internal static class Pods
{
    public static bool IsTerminating(V1Pod pod) => pod.Metadata?.DeletionTimestamp is not null;

    public static IPAddress? Ip(V1Pod pod) => IPAddress.TryParse(pod.Status?.PodIP, out var ip) ? ip : null;

    /// <summary>The grace period; 30 s unless written.</summary>
    public static long Grace(V1Pod pod) => Math.Min(pod.Spec?.TerminationGracePeriodSeconds ?? 30, int.MaxValue);
}
