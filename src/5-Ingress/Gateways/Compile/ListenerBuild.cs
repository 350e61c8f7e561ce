using System.Runtime.InteropServices;
using Usher.Model.Desired;

namespace Usher.Ingress.Gateways;

/// <summary>A listener while routes attach to it. Tables that would say what the running generation's say are taken over from it.</summary>
/// <param name="draft">The listener.</param>
/// <param name="before">The same listener of the running generation, or null.</param>
internal sealed class ListenerBuild(ListenerDraft draft, ListenerPlan? before)
{
    private readonly Dictionary<string, List<RuleMatch>> matches = new(before?.Routes.Count ?? 0, StringComparer.Ordinal);
    private readonly List<KeyValuePair<string, ConnectionRule>> connections = [];
    private readonly List<(ResourceKey Route, string Host)> httpHosts = [];
    private readonly List<(ResourceKey Route, string Host)> grpcHosts = [];

    /// <summary>The listener.</summary>
    internal ListenerDraft Draft { get; } = draft;

    /// <summary>How many routes are attached.</summary>
    internal int Routes { get; set; }

    /// <summary>The hosts of routes that are attached, or want to be, and that another route or listener has.</summary>
    internal List<LostHost> Lost { get; } = [];

    /// <summary>Takes the hosts of an HTTPRoute or GRPCRoute, unless a route of the other kind has one of them.</summary>
    /// <returns>Who has it; null when the hosts are taken.</returns>
    internal (ResourceKey Route, string Host)? ClaimHosts(in ResourceKey route, IReadOnlyList<string> hosts)
    {
        foreach (var other in route.Kind == "HTTPRoute" ? grpcHosts : httpHosts)
        {
            foreach (var host in hosts)
            {
                if (ListenerDraft.Intersects(host.Length == 0 ? Draft.Hostname : host, other.Host.Length == 0 ? Draft.Hostname : other.Host)) return other;
            }
        }

        var own = route.Kind == "HTTPRoute" ? httpHosts : grpcHosts;
        foreach (var host in hosts) own.Add((route, host));
        return null;
    }

    /// <summary>Takes a route's matches for a host.</summary>
    internal void Add(string host, IReadOnlyList<RuleMatch> of)
    {
        if (of.Count == 0) return;
        ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(matches, host, out _);
        (list ??= new List<RuleMatch>(of.Count)).AddRange(of);
    }

    /// <summary>Takes the rule of a TLSRoute, TCPRoute or UDPRoute; of two for one host the first.</summary>
    /// <returns>The rule that has the host already; null when it was free.</returns>
    internal ConnectionRule? Add(ConnectionRule rule)
    {
        foreach (var (host, other) in connections)
        {
            if (host == rule.Host) return other;
        }

        connections.Add(new(rule.Host, rule));
        return null;
    }

    /// <summary>The listener as it is served; the running generation's when that says the same.</summary>
    internal ListenerPlan Build()
    {
        var same = before is not null && before.Owner == Draft.Owner && before.Hostname == Draft.Hostname && before.Kind == Draft.Kind && ReferenceEquals(before.Tls, Draft.Tls) ? before : null;
        var routes = new List<KeyValuePair<string, MatchTable>>(matches.Count);
        foreach (var (host, list) in matches) routes.Add(new(host, same?.Routes.Of(host) is { } table && table.IsOf(list) ? table : MatchTable.Of(list)));
        var hosts = (same?.Routes ?? HostMatches<MatchTable>.Empty).Next(routes);
        var connected = (same?.Connections ?? HostMatches<ConnectionRule>.Empty).Next(connections);
        return same is not null && ReferenceEquals(same.Routes, hosts) && ReferenceEquals(same.Connections, connected) && same.Lost.SequenceEqual(Lost)
            ? same
            : new ListenerPlan(Draft.Written.Name, Draft.Owner, Draft.Hostname, Draft.Kind) { Routes = hosts, Connections = connected, Tls = Draft.Tls, Lost = [.. Lost] };
    }
}
