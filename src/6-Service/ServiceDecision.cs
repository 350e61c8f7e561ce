using System.Globalization;
using System.Text.Json.Nodes;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Service;

/// <summary>One connection's way through a Service: everything that the decision read. Told as two hops, the Service and the endpoint.</summary>
internal sealed class ServiceDecision(Front front, ServiceState state, ConnectionFacts facts, Draw draw) : IDecision
{
    /// <summary>Where the connection was caught.</summary>
    public ServiceFront Front => front.Address;

    /// <summary>What was chosen.</summary>
    public ServiceChoice Choice { get; } = ServiceHop.Decide(front, state, facts, draw, new NoReasons());

    /// <summary>The endpoint chosen, or null.</summary>
    public PossibleEndpoint? Endpoint => Choice.Endpoint < 0 ? null : front.Port.Endpoints[Choice.Endpoint];

    /// <summary>How the node of the endpoint was, where it wasn't as the manifests say; kube-proxy doesn't know, and the choice doesn't read it.</summary>
    public NodeStatus? EndpointNode { get; set; }

    /// <summary>
    /// The address that stands in for the caller's (source NAT): the node's, when a connection comes in by a NodePort under the policy Cluster,
    /// because the answer has to come back the same way; and when a pod reaches itself. Null when the endpoint sees the caller itself.
    /// </summary>
    public RoadAddress? MasqueradedAs
    {
        get
        {
            if (Endpoint is null) return null;
            if (Front.Kind == FrontKind.NodePort && !front.Port.ExternalLocal) return front.Node!.Address;
            return Endpoint.Bound.Address.Equals(facts.Source) ? facts.SourceNode?.Address : null;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<HopAccount> Tell()
    {
        var reasons = new ReasonList();
        var choice = ServiceHop.Decide(front, state, facts, draw, reasons);
        return [TellService(choice), TellEndpoint(choice, reasons)];
    }

    private string At => Front.Kind == FrontKind.NodePort ? "node" : "clusterIP";

    private HopAccount TellService(ServiceChoice choice)
    {
        var port = front.Port;
        var rules = ProgrammedRules.Of(front, state, facts, choice);
        var told = new JsonObject
        {
            ["at"] = At,
            ["type"] = port.Type,
            ["port"] = port.Port,
            ["portName"] = port.Name,
            ["declared"] = Front.Declared.ToString(),
            ["bound"] = Front.Bound.ToString(),
            ["trafficPolicy"] = (Front.Kind == FrontKind.NodePort ? port.ExternalLocal : port.InternalLocal) ? "Local" : "Cluster",
            ["sessionAffinity"] = port.Affinity is null ? "None" : "ClientIP",
            ["rules"] = new JsonArray([.. rules.All.Select(r => (JsonNode)r)]),
            ["ruleUsed"] = rules.Used,
            ["verdict"] = choice.Verdict.ToString().ToLowerInvariant(),
        };
        if ((front.Node ?? facts.SourceNode) is { } node) told["node"] = node.Name;
        if (state.Program is { } program) told["programmedAt"] = program.ProgrammedAt.ToString("O", CultureInfo.InvariantCulture);
        if (state.Lag is { } lag) told["behindMs"] = Math.Round(lag.Behind.TotalMilliseconds, 1);
        if (MasqueradedAs is { } address) told["masqueradedAs"] = address.Declared.ToString();
        return new HopAccount(Hop.Service, port.FullName, Line(choice))
        {
            Facts = told,
            Ok = choice.Verdict == Verdict.Dnat,
            Outcome = choice.Verdict switch
            {
                Verdict.Reject => "service.no-endpoint",
                Verdict.Drop => "service.no-local-endpoint",
                _ => null,
            },
        };
    }

    private string Here => (front.Node ?? facts.SourceNode)?.Name ?? "the caller's node";

    private string Line(ServiceChoice choice)
    {
        var of = $"{state.Endpoints.Ready} of {front.Port.Endpoints.Length} endpoints ready";
        var where = $"{Front.Declared} → service {front.Port.PortName}";
        return choice.Verdict switch
        {
            Verdict.Reject => $"{where}: {of}, so connections are rejected",
            Verdict.Drop => $"{where}: {of}, none of them on {Here}; the policy is Local, so packets are dropped",
            _ when choice.Sticky => $"{where} → the endpoint this client had before ({of})",
            _ => $"{where} → {(choice.Count == 1 ? "the only usable endpoint" : $"one at random of {choice.Count} usable endpoints")} ({of})",
        };
    }

    private HopAccount TellEndpoint(ServiceChoice choice, ReasonList reasons)
    {
        var told = new JsonObject
        {
            ["at"] = At,
            ["ready"] = state.Endpoints.Ready,
            ["usable"] = choice.Count,
            ["endpoints"] = front.Port.Endpoints.Length,
        };
        if (!choice.Sticky) told["draw"] = draw.Value.ToString("x16", CultureInfo.InvariantCulture);
        if (choice.Endpoint < 0)
        {
            return new HopAccount(Hop.Endpoint, "none", $"no endpoint of {front.Port.PortName} can be used")
            {
                Facts = told, Reasons = reasons.All, Ok = false,
            };
        }

        var endpoint = front.Port.Endpoints[choice.Endpoint];
        var condition = state.Endpoints.Conditions[choice.Endpoint];
        if (!choice.Sticky) told["drawn"] = choice.Drawn;
        if (endpoint.Pod is { } pod)
        {
            told["pod"] = pod.Name;
            told["namespace"] = pod.Namespace;
        }

        told["declared"] = endpoint.Declared.ToString();
        told["bound"] = endpoint.Bound.ToString();
        if (endpoint.Node is not null) told["node"] = endpoint.Node;
        if (endpoint.Zone is not null) told["zone"] = endpoint.Zone;
        if (state.Lag?.Unheard(endpoint, condition) is not null) told["behindMs"] = Math.Round(state.Lag.Behind.TotalMilliseconds, 1);
        told["conditions"] = new JsonObject { ["ready"] = condition.Ready, ["serving"] = condition.Serving, ["terminating"] = condition.Terminating };
        var how = choice.Sticky ? "the one this client had before"
            : choice.Count == 1 ? "the only usable one"
            : $"drawn at random: {choice.Drawn} of 0–{choice.Count - 1}";
        var stopped = "";
        if (EndpointNode?.StoppedSince is { } since)
        {
            told["nodeStoppedSince"] = since.ToString("O", CultureInfo.InvariantCulture);
            stopped = string.Create(CultureInfo.InvariantCulture, $"; node {endpoint.Node} is stopped since {since:HH:mm:ss}, and nothing answers there");
        }

        var late = state.Lag?.Unheard(endpoint, condition);
        if (late is not null) told["unheard"] = late;
        var unheard = late is null ? "" : $"; {late}";
        return new HopAccount(Hop.Endpoint, endpoint.Name, $"{endpoint.Name} {endpoint.Declared}, {how}{unheard}{stopped}") { Facts = told, Reasons = reasons.All };
    }
}
