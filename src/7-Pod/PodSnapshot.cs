using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Pod;

/// <summary>Every pod's plan. Immutable.</summary>
internal sealed class PodSnapshot
{
    private readonly FrozenDictionary<ResourceKey, PodPlan> byKey;
    private readonly FrozenDictionary<IPAddress, PodPlan> byBound;

    public PodSnapshot(IEnumerable<PodPlan> plans)
    {
        Pods = [.. plans];
        byKey = Pods.ToFrozenDictionary(p => p.Key);
        byBound = Pods.Where(p => p.Address is not null).ToFrozenDictionary(p => p.Address!.Bound);
    }

    /// <summary>All plans, ordered by namespace and name.</summary>
    public ImmutableArray<PodPlan> Pods { get; }

    public PodPlan? Find(ResourceKey key) => byKey.GetValueOrDefault(key);

    /// <summary>The pod that a bound address stands for, or null.</summary>
    public PodPlan? At(IPAddress bound) => byBound.GetValueOrDefault(bound);
}

/// <summary>When a container that ended is started again.</summary>
internal enum RestartPolicy
{
    Always,
    OnFailure,
    Never,
}

/// <summary>How a process gets to its volumes.</summary>
internal enum MountMode
{
    /// <summary>At their mountPaths, in a mount namespace of its own.</summary>
    Namespace,

    /// <summary>As folders that <c>VOLUME_NAME</c> in its environment names: this machine allows no namespaces.</summary>
    Folder,
}

/// <summary>One pod: what runs in its place, and how it is started, probed and stopped.</summary>
internal sealed record PodPlan
{
    public required ResourceKey Key { get; init; }

    /// <summary>The pod as derived.</summary>
    public required V1Pod Pod { get; init; }

    /// <summary>Null while no node takes it.</summary>
    public string? Node { get; init; }

    /// <summary>Null without a node.</summary>
    public RoadAddress? Address { get; init; }

    /// <summary>Everybody's addresses, for the bound ports.</summary>
    public required AddressPlan Addresses { get; init; }

    /// <summary>Why no node takes it, in kube-scheduler's words; null when one does.</summary>
    public string? Unschedulable { get; init; }

    public required string Container { get; init; }

    public required string Image { get; init; }

    public required PodRuntime Runtime { get; init; }

    /// <summary>The TCP ports that its containers declare; not those of init containers, which are gone when it serves.</summary>
    public ImmutableArray<PodPort> Ports { get; init; } = [];

    /// <summary>In the order in which they run; sidecars are among them.</summary>
    public ImmutableArray<ContainerPlan> InitContainers { get; init; } = [];

    /// <summary>The containers proper; of a pod that Usher serves itself, the one that it serves.</summary>
    public ImmutableArray<ContainerPlan> Containers { get; init; } = [];

    /// <summary>All of them, in the order of their start.</summary>
    public IEnumerable<ContainerPlan> AllContainers => InitContainers.Concat(Containers);

    /// <summary>The one that stands for the pod in a journey: the first, or the one that Usher serves itself.</summary>
    public ContainerPlan Main => Containers.First(c => c.Name == Container);

    /// <summary>Whether a stand-in answers on a bound port.</summary>
    public bool StandInListens(int bound) => AllContainers.Any(c => c.Listens.Contains(bound));

    /// <summary>Volumes of a process pod.</summary>
    public ImmutableArray<VolumePlan> Volumes { get; init; } = [];

    /// <summary>Why its volumes can't be mounted yet, in the kubelet's words: something that they are from isn't there; null when they can. Not part of its fingerprint.</summary>
    public string? Unmounted { get; init; }

    /// <summary>What it waits for; null when everything that it is made from is there.</summary>
    public string? Awaits => Unmounted ?? AllContainers.Select(c => c.ConfigError).FirstOrDefault(e => e is not null);

    /// <summary>How a process pod's containers get to their volumes; null without any.</summary>
    public MountMode? Mounting { get; init; }

    /// <summary>The content of its <c>/etc/hosts</c>; null for the machine's.</summary>
    public string? Hosts { get; init; }

    /// <summary>The content of its <c>/etc/resolv.conf</c>; null for the machine's.</summary>
    public string? Resolver { get; init; }

    /// <summary>Where the cluster's DNS is bound; null when there is none, and for a pod that doesn't ask it.</summary>
    public IPEndPoint? ClusterDns { get; init; }

    /// <summary>From the request to stop to SIGKILL, preStop included.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(30);

    public RestartPolicy RestartPolicy { get; init; }

    /// <summary>The condition types of its readiness gates.</summary>
    public IEnumerable<string> Gates => (Pod.Spec.ReadinessGates ?? []).Select(g => g.ConditionType);

    /// <summary>Fields that have no effect, because the image's own program doesn't run or this machine can't carry them out.</summary>
    public ImmutableArray<string> NotApplied { get; init; } = [];

    /// <summary>Equal for plans that the same running pod can serve.</summary>
    public required string Fingerprint { get; init; }

    /// <summary><c>shop/users-6d4-x2v5k</c>.</summary>
    public string Name => Key.Short;

    /// <summary>True once it was asked to stop.</summary>
    public bool Terminating => Pods.IsTerminating(Pod);

    /// <summary>The port that a bound port stands for, or null when the pod doesn't declare it.</summary>
    public PodPort? PortAt(int bound) => Ports.FirstOrDefault(p => p.Bound == bound);
}

/// <summary>A port that a container declares.</summary>
/// <param name="Name">Its name; empty without one.</param>
/// <param name="Port">As declared.</param>
/// <param name="Bound">As bound on this machine.</param>
internal sealed record PodPort(string Name, int Port, int Bound);
