using Usher.Model.Journeys;

namespace Usher.Service;

/// <summary>Says of every endpoint why it was chosen or not.</summary>
internal static class EndpointReasons
{
    /// <summary>One reason for each endpoint, then one for each pod that can't be an endpoint.</summary>
    public static void Tell<TReasons>(ServicePort port, ServiceState state, ServiceChoice choice, in TReasons reasons)
        where TReasons : struct, IReasonSink
    {
        for (var i = 0; i < port.Endpoints.Length; i++)
        {
            var endpoint = port.Endpoints[i];
            var late = state.Lag?.Unheard(endpoint, state.Endpoints.Conditions[i]) is { } unheard ? $"; {unheard}" : "";
            reasons.Add($"{endpoint.Name} {endpoint.Declared}", i == choice.Endpoint, Why(endpoint, state.Endpoints.Conditions[i], choice, i) + late);
        }

        foreach (var endpoint in state.Lag?.New(port) ?? []) reasons.Add($"{endpoint.Name} {endpoint.Declared}", false, state.Lag!.Words("is there"));

        foreach (var (pod, why) in port.LeftOut) reasons.Add(pod, false, why);
        if (port.Endpoints.IsEmpty && port.LeftOut.IsEmpty)
        {
            reasons.Add("no endpoint", false, "the selector matches no pod, and no EndpointSlice was written for this port");
        }
    }

    private static string Why(PossibleEndpoint endpoint, EndpointCondition condition, ServiceChoice choice, int index)
    {
        if (index == choice.Endpoint)
        {
            if (choice.Sticky) return "this client was sent here before (sessionAffinity ClientIP)";
            var how = choice.Count == 1 ? "the only usable one" : $"drawn at random: {choice.Drawn} of 0–{choice.Count - 1}";
            return choice.Usable.Terminating ? $"{how}; it terminates, but none is ready" : how;
        }

        if (choice.Usable.Takes(endpoint, condition))
        {
            return choice.Sticky ? "usable, but this client has another (sessionAffinity ClientIP)" : "usable, not drawn";
        }

        if (condition.Ready || (choice.Usable.Terminating && condition.ServesWhileTerminating))
        {
            return choice.Usable.Scope switch
            {
                Scope.ThisNode => choice.Usable.Place is null
                    ? $"on {Node(endpoint)}; the policy is Local, and the caller is on no node"
                    : $"on {Node(endpoint)}; the policy is Local, and only those of {choice.Usable.Place} are used",
                Scope.HintedNode => $"meant for {string.Join(", ", endpoint.NodeHints)}; {choice.Usable.Place} has endpoints of its own",
                _ => $"meant for zone {string.Join(", ", endpoint.ZoneHints)}; zone {choice.Usable.Place} has endpoints of its own",
            };
        }

        if (condition.Terminating)
        {
            return condition.Serving ? "terminating; used only while no endpoint is ready" : $"terminating and not ready{Message(condition)}";
        }

        return $"not ready{Message(condition)}";
    }

    private static string Node(PossibleEndpoint endpoint) => endpoint.Node is null ? "no known node" : $"node {endpoint.Node}";

    private static string Message(EndpointCondition condition) => condition.Message is null ? "" : $": {condition.Message}";
}
