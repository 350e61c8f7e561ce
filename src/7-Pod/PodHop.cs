using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Pod;

/// <summary>What becomes of a connection to a pod's address.</summary>
internal enum PodVerdict
{
    /// <summary>The container gets it.</summary>
    Reaches,

    /// <summary>The pod runs, and doesn't declare the port: its program may listen there all the same.</summary>
    PortNotDeclared,

    /// <summary>A stand-in listens on the ports that the pod declares or probes, and on no other.</summary>
    NothingListens,

    /// <summary>No container runs.</summary>
    NotRunning,
}

/// <summary>The choice of the last step of the road: none is left but whether the container is there.</summary>
internal static class PodHop
{
    /// <summary>
    /// Decides what becomes of a connection to a pod:
    /// <list type="number">
    /// <item>Without a running container nothing accepts it.</item>
    /// <item>The port must be one that something listens on.</item>
    /// <item>Readiness changes nothing here: it takes a pod out of Services' endpoints, and refuses no connection.</item>
    /// </list>
    /// </summary>
    public static PodVerdict Decide<TReasons>(PodPlan plan, PodStatus? state, IPEndPoint facts, ref TReasons reasons) where TReasons : struct, IReasonSink
    {
        // 1. The container.
        if (state is not { Phase: "Running" })
        {
            if (TReasons.Wanted) reasons.Add("container", false, state is null ? "the pod isn't there" : $"{state.Phase}: {state.Message ?? "no container runs"}");
            return PodVerdict.NotRunning;
        }

        if (TReasons.Wanted) reasons.Add("container", true, state.Restarts == 0 ? "running" : $"running, restarted {Times(state.Restarts)}");

        // 2. The port.
        var port = plan.PortAt(facts.Port);
        var verdict = port is not null || plan.StandInListens(facts.Port)
            ? PodVerdict.Reaches
            : plan.AllContainers.All(c => c.Runtime == PodRuntime.StandIn) ? PodVerdict.NothingListens : PodVerdict.PortNotDeclared;
        if (TReasons.Wanted)
        {
            reasons.Add($"port {port?.Port ?? facts.Port}", verdict == PodVerdict.Reaches, port is not null
                ? port.Name.Length > 0 ? $"containerPort {port.Name}" : "a containerPort"
                : $"no container declares it ({Declared(plan)}); the declaration is only documentation, what counts is where the program listens");
        }

        // 3. Readiness.
        if (TReasons.Wanted && !state.Ready) reasons.Add("ready", false, state.Message ?? "not ready");
        return verdict;
    }

    private static string Declared(PodPlan plan) =>
        plan.Ports.IsEmpty ? "it declares none" : $"it declares {string.Join(", ", plan.Ports.Select(p => p.Port))}";

    private static string Times(int count) => count == 1 ? "once" : $"{count} times";
}
