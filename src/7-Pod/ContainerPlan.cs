using System.Collections.Immutable;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>When a container runs (Init Containers; Sidecar Containers).</summary>
internal enum ContainerRole
{
    /// <summary>To its end, before the next one starts.</summary>
    Init,

    /// <summary>An init container with <c>restartPolicy: Always</c>: from its place among them to the end of the pod.</summary>
    Sidecar,

    /// <summary>Once the init containers are done.</summary>
    App,
}

/// <summary>One container: what runs in its place, and how it is started, probed and stopped.</summary>
internal sealed record ContainerPlan
{
    public required string Name { get; init; }

    public required string Image { get; init; }

    public required ContainerRole Role { get; init; }

    public required PodRuntime Runtime { get; init; }

    /// <summary>The TCP ports that it declares.</summary>
    public ImmutableArray<PodPort> Ports { get; init; } = [];

    /// <summary>The bound ports that a stand-in opens: declared or probed, and no other container's.</summary>
    public ImmutableArray<int> Listens { get; init; } = [];

    /// <summary>The UDP ports that it declares; a stand-in's are no other container's.</summary>
    public ImmutableArray<PodPort> Datagrams { get; init; } = [];

    public ImmutableArray<ProbePlan> Probes { get; init; } = [];

    /// <summary>Of a process.</summary>
    public PodCommand? Command { get; init; }

    public PodVariables Variables { get; init; } = PodVariables.None;

    /// <summary>Why it can't be created yet, in the kubelet's words: something that its environment is from isn't there; null when it can. Not part of the pod's fingerprint.</summary>
    public string? ConfigError { get; init; }

    public ImmutableArray<MountPlan> Mounts { get; init; } = [];

    /// <summary><c>lifecycle.postStart</c>: at once after the start; until it is done the container isn't probed and the next one not started.</summary>
    public ProbeAction? PostStart { get; init; }

    /// <summary><c>lifecycle.preStop</c>: before the signal to stop.</summary>
    public ProbeAction? PreStop { get; init; }

    /// <summary>What asks it to stop; SIGTERM unless <c>lifecycle.stopSignal</c> says another.</summary>
    public int StopSignal { get; init; } = Signals.Terminate;

    /// <summary>When it is started again after its end.</summary>
    public RestartPolicy RestartPolicy { get; init; }
}

/// <summary>What a process runs.</summary>
/// <param name="Program">A path, or a name to be found on PATH.</param>
/// <param name="Arguments">The command's own, then the container's <c>args</c>.</param>
/// <param name="WorkingDirectory">Absolute.</param>
/// <param name="Source">Where the command was written, for errors.</param>
internal sealed record PodCommand(string Program, ImmutableArray<string> Arguments, string WorkingDirectory, Resource<ImageCommand> Source);

/// <summary>A container's own environment. Values may come from Secrets, so that only names are ever printed.</summary>
internal sealed class PodVariables(IReadOnlyList<KeyValuePair<string, string>> pairs)
{
    public static PodVariables None { get; } = new([]);

    /// <summary>Names and values, in the order in which they were set.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Reveal() => pairs;

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", pairs.Select(p => $"{p.Key}=[redacted]"));
}
