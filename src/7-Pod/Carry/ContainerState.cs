namespace Usher.Pod;

/// <summary>Where a container is in its life, as the API has it (<c>state</c> of a container status).</summary>
internal enum ContainerStage
{
    /// <summary>It doesn't run and will.</summary>
    Waiting,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It ended and stays so.</summary>
    Terminated,
}

/// <summary>One container as it is now. Immutable; its condition replaces it.</summary>
internal sealed record ContainerState
{
    public required ContainerPlan Plan { get; init; }

    public ContainerStage Stage { get; init; }

    /// <summary>Kubernetes' word for why it waits or how it ended: <c>CrashLoopBackOff</c>, <c>Completed</c>; null while it only waits for its turn.</summary>
    public string? Reason { get; init; }

    /// <summary>The same for a person; null when there is nothing to say.</summary>
    public string? Message { get; init; }

    /// <summary>It waits for an object that isn't there.</summary>
    public bool AwaitsObject { get; init; }

    /// <summary>Its startup probe passed.</summary>
    public bool Started { get; init; }

    /// <summary>It runs, and its probes say so.</summary>
    public bool Ready { get; init; }

    /// <summary>Of one that ended: with exit code 0.</summary>
    public bool Succeeded { get; init; }

    /// <summary>Whether it ever ran.</summary>
    public bool HasRun { get; init; }

    public int Restarts { get; init; }

    public int? ProcessId { get; init; }
}
