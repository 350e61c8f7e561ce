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

    private string Who() => Plan.Runtime switch
    {
        PodRuntime.Process => State?.ProcessId is { } pid ? $"process {pid} ({Plan.Image})" : $"a process ({Plan.Image})",
        PodRuntime.StandIn => $"a stand-in for {Plan.Image}",
        _ => $"Usher itself, as {Plan.Image},",
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
            ["container"] = Plan.Container,
            ["image"] = Plan.Image,
            ["runtime"] = Plan.Runtime switch { PodRuntime.Process => "process", PodRuntime.StandIn => "stand-in", _ => "built-in" },
            ["phase"] = State?.Phase,
            ["ready"] = State?.Ready ?? false,
            ["restarts"] = State?.Restarts ?? 0,
            ["portDeclared"] = port is not null,
        };
        if (port is { Name.Length: > 0 }) facts["portName"] = port.Name;
        if (State?.ProcessId is { } pid) facts["processId"] = pid;
        if (Plan.Runtime == PodRuntime.StandIn) facts["standIn"] = true;
        if (State?.Terminating == true) facts["terminating"] = true;
        if (State?.Message is { } message) facts["message"] = message;
        if (!Plan.NotApplied.IsEmpty) facts["notApplied"] = new JsonArray([.. Plan.NotApplied.Select(f => JsonValue.Create(f))]);
        return facts;
    }
}
