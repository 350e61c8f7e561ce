using System.Net;
using System.Text.Json.Nodes;
using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Pod;

/// <summary>One arrival at a pod.</summary>
/// <param name="Plan">The pod's plan.</param>
/// <param name="State">The pod as it lived; null when it didn't.</param>
/// <param name="Bound">The bound endpoint that was reached.</param>
internal sealed record PodDecision(PodPlan Plan, PodStatus? State, IPEndPoint Bound) : IDecision
{
    /// <inheritdoc/>
    public IEnumerable<HopAccount> Tell()
    {
        var reasons = new ReasonList();
        var verdict = PodHop.Decide(Plan, State, Bound, ref reasons);
        yield return new HopAccount(Hop.Pod, Plan.Name, Line(verdict))
        {
            Facts = Facts(verdict),
            Reasons = reasons.All,
            Ok = verdict is PodVerdict.Reaches or PodVerdict.PortNotDeclared,
            Outcome = verdict switch
            {
                PodVerdict.NotRunning => "pod.not-running",
                PodVerdict.NothingListens => "pod.nothing-listens",
                _ => null,
            },
        };
    }

    private int DeclaredPort => Plan.PortAt(Bound.Port)?.Port ?? Bound.Port;

    private string Line(PodVerdict verdict)
    {
        var place = $"{Plan.Address?.Declared}:{DeclaredPort} on node {Plan.Node}";
        return verdict switch
        {
            PodVerdict.NotRunning => $"nothing accepts at {place}: {State?.Message ?? "the pod doesn't run"}",
            PodVerdict.NothingListens => $"nothing listens at {place}: no container declares port {DeclaredPort}",
            PodVerdict.PortNotDeclared => $"{Who()} at {place}; the pod doesn't declare this port, so only its program knows whether anything listens",
            _ => $"{Who()} answers at {place}{(State!.Ready ? "" : ", though it isn't ready")}",
        };
    }

    // The container that has the port; the first one for a port that none declares.
    private ContainerPlan Container => Plan.AllContainers.FirstOrDefault(c => c.Role != ContainerRole.Init
        && (c.Listens.Contains(Bound.Port) || c.Ports.Any(p => p.Bound == Bound.Port))) ?? Plan.Main;

    private string Who() => Container switch
    {
        { Runtime: PodRuntime.Process } process => process.Name == Plan.Container && State?.ProcessId is { } pid ? $"process {pid} ({process.Image})" : $"a process ({process.Image})",
        { Runtime: PodRuntime.StandIn } standIn => $"a stand-in for {standIn.Image}",
        var builtIn => $"Usher itself, as {builtIn.Image},",
    };

    private JsonObject Facts(PodVerdict verdict)
    {
        var port = Plan.PortAt(Bound.Port);
        var facts = new JsonObject
        {
            ["pod"] = Plan.Key.Name,
            ["namespace"] = Plan.Key.Namespace,
            ["podIP"] = Plan.Address?.Declared.ToString(),
            ["declared"] = $"{Plan.Address?.Declared}:{DeclaredPort}",
            ["bound"] = Bound.ToString(),
            ["node"] = Plan.Node,
            ["container"] = Container.Name,
            ["image"] = Container.Image,
            ["runtime"] = Container.Runtime.Name(),
            ["phase"] = State?.Phase,
            ["status"] = State?.Reason,
            ["ready"] = State?.Ready ?? false,
            ["restarts"] = State?.Restarts ?? 0,
            ["portDeclared"] = port is not null,
        };
        if (port is { Name.Length: > 0 }) facts["portName"] = port.Name;
        if (State?.ProcessId is { } pid && Container.Name == Plan.Container) facts["processId"] = pid;
        if (Container.Runtime == PodRuntime.StandIn) facts["standIn"] = true;
        if (State is { Containers: > 1 }) facts["readyContainers"] = $"{State.ReadyContainers}/{State.Containers}";
        if (State?.ReadinessGates is { } gates) facts["readinessGates"] = gates;
        if (!Plan.Volumes.IsEmpty && Plan.Mounting is { } mounting) facts["volumes"] = mounting == MountMode.Namespace ? "mounted" : "folders";
        if (State?.Terminating == true) facts["terminating"] = true;
        if (State?.Message is { } message) facts["message"] = message;
        if (!Plan.NotApplied.IsEmpty) facts["notApplied"] = new JsonArray([.. Plan.NotApplied.Select(f => JsonValue.Create(f))]);
        return facts;
    }
}
