using System.Collections.Immutable;
using System.Net;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Model.Contracts;

/// <summary>What runs in a pod's place.</summary>
public enum PodRuntime
{
    /// <summary>A process of its own.</summary>
    Process,

    /// <summary>Usher's stand-in server: the image has no command here.</summary>
    StandIn,

    /// <summary>A part of Usher that serves this image (the ingress controller).</summary>
    BuiltIn,
}

/// <summary>What runs in a pod's place, as people are told it.</summary>
public static class PodRuntimeNames
{
    /// <summary><c>process</c>, <c>stand-in</c> or <c>built-in</c>.</summary>
    public static string Name(this PodRuntime runtime) => runtime switch
    {
        PodRuntime.Process => "process",
        PodRuntime.StandIn => "stand-in",
        _ => "built-in",
    };
}

/// <summary>A pod as it lives now. Immutable; the directory replaces it.</summary>
/// <param name="Key">The pod.</param>
/// <param name="Runtime">What runs in its place.</param>
/// <param name="Phase">As in Kubernetes: <c>Pending</c>, <c>Running</c>, <c>Succeeded</c>, <c>Failed</c>.</param>
/// <param name="Ready">The Ready condition.</param>
/// <param name="Terminating">True from the request to stop on.</param>
/// <param name="Restarts">How often its containers were restarted.</param>
/// <param name="ProcessId">Of the first container, when it runs as a process; null otherwise.</param>
/// <param name="Message">Why it isn't ready, for a person: what the probe got and wanted, or the exit code; null when it is ready.</param>
public sealed record PodStatus(
    ResourceKey Key, PodRuntime Runtime, string Phase, bool Ready, bool Terminating, int Restarts, int? ProcessId, string? Message)
{
    /// <summary>As kubectl's STATUS column: <c>Running</c>, <c>Init:0/1</c>, <c>CrashLoopBackOff</c>, <c>Completed</c>, <c>Terminating</c>.</summary>
    public string Reason { get; init; } = Phase;

    /// <summary>How many containers stay for the pod's life, sidecars included.</summary>
    public int Containers { get; init; } = 1;

    /// <summary>How many of those are ready.</summary>
    public int ReadyContainers { get; init; } = Ready ? 1 : 0;

    /// <summary>The ContainersReady condition: all of those are. Ready is besides that what its readiness gates say (Kubernetes documentation, Pod Lifecycle, Pod readiness).</summary>
    public bool ContainersReady { get; init; } = Ready;

    /// <summary>How many readiness gates it has.</summary>
    public int Gates { get; init; }

    /// <summary>Of how many of those the condition is True.</summary>
    public int OpenGates { get; init; }

    /// <summary>As kubectl's READINESS GATES column, <c>1/2</c>; null without any.</summary>
    public string? ReadinessGates => Gates == 0 ? null : $"{OpenGates}/{Gates}";

    /// <summary>One of its readiness gates waits for a condition that nothing here sets: it never becomes ready.</summary>
    public bool Blocked { get; init; }

    /// <summary>It waits for an object that isn't there, a ConfigMap or Secret: it doesn't become ready before that comes.</summary>
    public bool AwaitsObject { get; init; }

    /// <summary>Since when it is ready, the Ready condition's lastTransitionTime; null while it isn't.</summary>
    public DateTimeOffset? ReadySince { get; init; }

    /// <summary>It is ready or was before.</summary>
    public bool HasBeenReady { get; init; } = Ready;

    /// <summary>When it succeeded or failed; null before.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>Who lives: read by the Services' endpoints, the journey and the commands; written by the pods' hop.</summary>
public interface IPodDirectory
{
    /// <summary>All pods now.</summary>
    ImmutableDictionary<ResourceKey, PodStatus> Current { get; }

    /// <summary>Raised after <see cref="Current"/> changed; handlers must not wait.</summary>
    event Action? Changed;
}

/// <summary>What a pod is started with.</summary>
/// <param name="Key">The pod.</param>
/// <param name="Pod">The pod as derived.</param>
/// <param name="Address">Its addresses.</param>
/// <param name="Addresses">The plan, for the bound ports.</param>
public sealed record PodStart(ResourceKey Key, V1Pod Pod, RoadAddress Address, AddressPlan Addresses);

/// <summary>A pod that runs.</summary>
public interface IRunningPod : IAsyncDisposable
{
    /// <summary>Ends when the pod does; the text says how (<c>exit code 3</c>).</summary>
    Task<string> Exited { get; }

    /// <summary>The process, or null for one inside Usher.</summary>
    int? ProcessId { get; }

    /// <summary>Asks it to stop (SIGTERM), and ends it after the grace period (SIGKILL). Returns when it is gone.</summary>
    Task StopAsync(TimeSpan grace, CancellationToken cancellationToken);
}

/// <summary>An image that a part of Usher serves itself.</summary>
public interface IBuiltInImage
{
    /// <summary>Whether it serves this container.</summary>
    bool Serves(V1Container container);

    /// <summary>Starts it on the pod's address.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">A port is in use.</exception>
    Task<IRunningPod> StartAsync(PodStart start, CancellationToken cancellationToken);
}

/// <summary>Environment that the road adds to process pods (where to send spans, for one).</summary>
public interface IPodEnvironment
{
    /// <summary>Name and value of each variable for a pod; the pod's own <c>env</c> wins.</summary>
    IEnumerable<KeyValuePair<string, string>> For(PodStart start);
}

/// <summary>Tells of the pod behind an address; read by the journey, which has no record of the pod's own.</summary>
public interface IPodAccounts
{
    /// <summary>The pod that has this bound endpoint and how it lives now; null when no pod has it.</summary>
    HopAccount? Account(IPEndPoint bound);
}
