using System.Globalization;
using Usher.Model.Contracts;

namespace Usher.Pod;

/// <summary>A pod's status from its containers'; pure. The phase as the kubelet reckons it (<c>getPhase</c>), the reason as kubectl's STATUS column has it (<c>printPod</c>).</summary>
internal static class PodSummary
{
    /// <summary>Sums up.</summary>
    /// <param name="plan">The pod.</param>
    /// <param name="states">Its containers, in the order of their start.</param>
    /// <param name="terminating">Whether it is being stopped.</param>
    /// <param name="condition">The conditions that others set of it, by type.</param>
    public static PodStatus Of(PodPlan plan, IReadOnlyList<ContainerState> states, bool terminating, Func<string, PodConditionStatus?> condition)
    {
        var inits = states.Where(s => s.Plan.Role != ContainerRole.App).ToList();
        var apps = states.Where(s => s.Plan.Role == ContainerRole.App).ToList();
        var at = inits.FindIndex(s => !Done(s));
        // A sidecar that restarts doesn't take a pod back to its beginning.
        var begun = at < 0 || apps.Exists(a => a.HasRun);
        var phase = Phase(plan, inits, apps, begun ? -1 : at);
        var lasting = states.Where(s => s.Plan.Role != ContainerRole.Init).ToList();
        var containersReady = phase == "Running" && at < 0 && lasting.All(s => s.Ready);
        var gates = GateReading.Of(plan, condition);
        var ready = containersReady && gates.Open == gates.All;
        var main = apps.FirstOrDefault(s => s.Plan.Name == plan.Container);
        return new PodStatus(plan.Key, plan.Runtime, phase, ready, terminating,
            (begun ? lasting : inits).Sum(s => s.Restarts), main?.ProcessId, ready ? null : containersReady ? gates.Message : Message(plan, inits, apps, at))
        {
            Reason = terminating && phase is not ("Succeeded" or "Failed") ? "Terminating"
                : begun ? Reason(at < 0 ? phase : InitReason(inits, at), apps) : InitReason(inits, at),
            ContainersReady = containersReady,
            Gates = gates.All,
            OpenGates = gates.Open,
            Blocked = gates.Blocked,
            AwaitsObject = states.Any(s => s.AwaitsObject),
            Containers = lasting.Count,
            ReadyContainers = lasting.Count(s => s.Ready),
        };
    }

    /// <summary>The status of a pod that was active for longer than <c>activeDeadlineSeconds</c>, whatever its containers say, in the kubelet's words (<c>active_deadline.go</c>).</summary>
    public static PodStatus Expired(PodStatus status) => status with
    {
        Phase = "Failed", Ready = false, ContainersReady = false, ReadyContainers = 0, ProcessId = null, AwaitsObject = false,
        Reason = "DeadlineExceeded", Message = "Pod was active on the node longer than the specified deadline",
    };

    // An init container is done when it succeeded, a sidecar when it is started.
    private static bool Done(ContainerState state) => state.Plan.Role == ContainerRole.Sidecar
        ? state.Started || state.Stage == ContainerStage.Terminated
        : state is { Stage: ContainerStage.Terminated, Succeeded: true };

    private static string Phase(PodPlan plan, List<ContainerState> inits, List<ContainerState> apps, int at)
    {
        if (at >= 0)
        {
            return inits[at] is { Stage: ContainerStage.Terminated, Plan.RestartPolicy: RestartPolicy.Never } ? "Failed" : "Pending";
        }

        if (apps.Exists(a => a is { Stage: ContainerStage.Waiting, HasRun: false })) return "Pending";
        if (apps.Exists(a => a.Stage != ContainerStage.Terminated) || plan.RestartPolicy == RestartPolicy.Always) return "Running";
        return apps.TrueForAll(a => a.Succeeded) ? "Succeeded" : "Failed";
    }

    private static string InitReason(List<ContainerState> inits, int at) => inits[at] switch
    {
        { Stage: ContainerStage.Terminated, Reason: { } reason } => $"Init:{reason}",
        { Stage: ContainerStage.Waiting, Reason: { } reason and not "PodInitializing" } => $"Init:{reason}",
        _ => string.Create(CultureInfo.InvariantCulture, $"Init:{at}/{inits.Count}"),
    };

    // The first container that has something to say has the last word.
    private static string Reason(string otherwise, List<ContainerState> apps)
    {
        var reason = otherwise;
        foreach (var app in Enumerable.Reverse(apps))
        {
            if (app.Stage != ContainerStage.Running && app.Reason is { } why) reason = why;
        }

        return reason == "Completed" && apps.Exists(a => a is { Stage: ContainerStage.Running, Ready: true }) ? "NotReady" : reason;
    }

    private static string? Message(PodPlan plan, List<ContainerState> inits, List<ContainerState> apps, int at)
    {
        var states = at >= 0 ? [inits[at]] : inits.Where(s => s.Plan.Role == ContainerRole.Sidecar).Concat(apps).ToList();
        if (states.Find(s => !s.Ready && s.Message is not null) is not { } first) return null;
        return plan.InitContainers.IsEmpty && plan.Containers.Length == 1 ? first.Message
            : $"{(first.Plan.Role == ContainerRole.App ? "container" : "init container")} {first.Plan.Name}: {first.Message}";
    }
}
