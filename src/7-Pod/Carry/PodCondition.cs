using Usher.Model.Contracts;

namespace Usher.Pod;

/// <summary>A pod's status as it changes: joins what its containers say, and writes it to the directory.</summary>
internal sealed class PodCondition
{
    private readonly Lock gate = new();
    private readonly PodPlan plan;
    private readonly PodTools tools;
    private readonly List<ContainerCondition> containers;
    private PodStatus? status;
    private bool terminating;
    private bool over;
    private bool expired;

    public PodCondition(PodPlan plan, PodTools tools)
    {
        (this.plan, this.tools) = (plan, tools);
        var initializes = !plan.InitContainers.IsEmpty;
        containers = [.. plan.AllContainers.Select(c => new ContainerCondition(this, plan, tools, new ContainerState
        {
            Plan = c,
            Reason = initializes ? PodWorker.Initializing : PodWorker.Creating,
            Message = initializes ? PodWorker.Initializing : PodWorker.Creating,
        }))];
    }

    /// <summary>Processes of its containers that run.</summary>
    public IReadOnlyCollection<int> Processes
    {
        get
        {
            lock (gate) return [.. containers.Select(c => c.State.ProcessId).OfType<int>()];
        }
    }

    /// <summary>The condition of a container.</summary>
    public ContainerCondition Of(ContainerPlan container) => containers.First(c => c.State.Plan.Name == container.Name);

    /// <summary>Tells how the pod is; before that nobody knows of it.</summary>
    public void Tell()
    {
        lock (gate) Publish();
    }

    /// <summary>The pod is being stopped; whether it is ready stays as it is, as in Kubernetes.</summary>
    public void Terminating()
    {
        lock (gate)
        {
            terminating = true;
            if (status is not null) Publish();
        }
    }

    /// <summary>The pod was active for longer than it may be, and its containers have ended.</summary>
    public void Expired()
    {
        lock (gate)
        {
            expired = true;
            if (!over) Publish();
        }
    }

    /// <summary>A condition that one of its readiness gates waits for has changed.</summary>
    public void GateChanged()
    {
        lock (gate)
        {
            if (status is not null && !over) Publish();
        }
    }

    /// <summary>Its conditions count no more: it is gone, or its node lost its power and nobody tells of it.</summary>
    public void Over()
    {
        lock (gate) over = true;
    }

    /// <summary>Changes a container's state and tells it.</summary>
    public void Change(ContainerCondition container, Func<ContainerState, ContainerState> change)
    {
        lock (gate)
        {
            container.State = change(container.State);
            Publish();
        }
    }

    private void Publish()
    {
        var before = status;
        status = PodSummary.Of(plan, [.. containers.Select(c => c.State)], terminating, type => tools.Conditions?.Find(plan.Key, type));
        if (expired) status = PodSummary.Expired(status);
        tools.Directory.Set(status);
        if (status.Ready && before?.Ready != true) tools.Logger.Ready(plan.Name);
        // A container that ended tells of it itself, and what comes of it.
        var run = containers.TrueForAll(c => c.State is { Stage: ContainerStage.Running } or { Plan.Role: ContainerRole.Init });
        if (run && !status.Ready && before?.Ready == true && status.Phase == "Running") tools.Logger.Unready(plan.Name, status.Message);
    }
}
