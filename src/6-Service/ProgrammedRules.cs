using System.Collections.Immutable;
using Usher.Model.Contracts;

namespace Usher.Service;

/// <summary>
/// The rules that stand for a front, in the words of kube-proxy's nftables mode: one line leads from the packet's match over the
/// Service's chain to its verdict. In the real ruleset the parts of a line are a map, chains and jumps.
/// </summary>
/// <param name="All">Every rule of the front, in the order in which they are tried.</param>
/// <param name="Used">The one that took the connection.</param>
internal sealed record ProgrammedRules(ImmutableArray<string> All, string Used)
{
    /// <summary>The rules for a front while its endpoints are in this state, and the one that a choice used.</summary>
    public static ProgrammedRules Of(Front front, ServiceState state, ConnectionFacts facts, ServiceChoice choice)
    {
        var port = front.Port;
        var atNode = front.Address.Kind == FrontKind.NodePort;
        var protocol = front.Address.Udp ? "udp" : "tcp";
        var match = atNode
            ? $"{protocol} dport {front.Address.Declared.Port}"
            : $"ip daddr {front.Address.Declared.Address} {protocol} dport {front.Address.Declared.Port}";
        if (!UsableEndpoints.Any(state.Endpoints.Conditions))
        {
            var reject = $"{match} → service {port.PortName} → reject";
            return new ProgrammedRules([reject], reject);
        }

        var rules = ImmutableArray.CreateBuilder<string>();
        string used;
        if (atNode && port.ExternalLocal)
        {
            var here = front.Node;
            var exempt = UsableEndpoints.Cluster(port.Endpoints, state.Endpoints.Conditions, here);
            var local = UsableEndpoints.Local(port.Endpoints, state.Endpoints.Conditions, here);
            var external = $"{match} → external {port.PortName}";
            var inside = Chain(rules, $"{external} → ip saddr in cluster → service {port.PortName}", port, state, exempt, choice);
            var outside = Chain(rules, external, port, state, local, choice);
            used = choice.Bypassed ? inside : outside;
        }
        else
        {
            var here = atNode ? front.Node : facts.SourceNode;
            var usable = !atNode && port.InternalLocal
                ? UsableEndpoints.Local(port.Endpoints, state.Endpoints.Conditions, here)
                : UsableEndpoints.Cluster(port.Endpoints, state.Endpoints.Conditions, here);
            used = Chain(rules, $"{match} → service {port.PortName}", port, state, usable, choice);
        }

        return new ProgrammedRules(rules.ToImmutable(), used);
    }

    // Adds the rules of one chain; returns the one that the choice would use in it.
    private static string Chain(
        ImmutableArray<string>.Builder rules, string start, ServicePort port, ServiceState state, UsableEndpoints usable, ServiceChoice choice)
    {
        var usables = port.Endpoints.Where((e, i) => usable.Takes(e, state.Endpoints.Conditions[i])).ToList();
        if (usables.Count == 0)
        {
            rules.Add($"{start} → drop");
            return rules[^1];
        }

        string? sticky = null;
        if (port.Affinity is { } timeout)
        {
            foreach (var endpoint in usables)
            {
                rules.Add($"{start} → ip saddr in affinity set of {endpoint.Declared} (timeout {timeout.TotalSeconds:0}s) → {endpoint.Declared}");
                if (choice.Sticky && endpoint == port.Endpoints[choice.Endpoint]) sticky = rules[^1];
            }
        }

        rules.Add($"{start} → numgen random mod {usables.Count} vmap {{ {string.Join(", ", usables.Select((e, i) => $"{i} : {e.Declared}"))} }}");
        return sticky ?? rules[^1];
    }
}
