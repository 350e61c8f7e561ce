using Usher.Model.Desired;

namespace Usher.Ingress.Gateways;

/// <summary>What a Gateway answers itself.</summary>
/// <param name="Status">The status.</param>
/// <param name="Outcome">The hop's code when it is a failure; null otherwise.</param>
/// <param name="Problem">What went wrong and the way out; null when nothing did.</param>
/// <param name="Location">Where a redirect leads; null for no redirect.</param>
internal sealed record GatewayAnswer(int Status, string? Outcome = null, string? Problem = null, string? Location = null)
{
    /// <summary>So many hosts or paths are named.</summary>
    private const int Named = 5;

    /// <summary>The answer to a decision; null when the request is passed on.</summary>
    internal static GatewayAnswer? Of(GatewayDecision decision)
    {
        var (choice, facts, port) = (decision.Choice, decision.Facts, decision.Port);
        var host = facts.Host.Length == 0 ? "(none)" : facts.Host;
        return choice.Verdict switch
        {
            GatewayVerdict.Forward => null,
            GatewayVerdict.Preflight => new(204),
            GatewayVerdict.Redirect => new(choice.Redirect!.Status, Location: choice.Redirect.Location(facts, choice.Match!.Path, port.Plan.Port)),
            GatewayVerdict.NoListener => new(404, "ingress.404.no-listener",
                $"no listener of {port.Plan.Gateway} at port {port.Plan.Port} is for host {host}: {ClosedListener.For(port.Closed, facts.Host) ?? port.Hosts.Of(facts.Host, null) ?? $"there are {List(port.Plan.Listeners.Written.Select(l => l.Key))}"}"),
            GatewayVerdict.Misdirected => new(421, "ingress.421.misdirected",
                $"the connection's handshake was for {decision.Handshaken!.Label}, and host {host} is {choice.Listener!.Label}'s: the client used a connection for another host again; it should open a new one"),
            GatewayVerdict.Malformed => new(400, "ingress.400.malformed-path", $"no path can be made of {facts.Path}: it starts with no slash, has a malformed escape, or climbs above the root"),
            GatewayVerdict.NoRoute => new(404, "ingress.404.no-route", NoRoute(port, choice.Listener!, host, facts.Path, facts.Host)),
            GatewayVerdict.Broken when choice.Backend?.Invalid is { } invalid => new(500, "ingress.500.invalid-backend", $"{choice.Match!.Label}: backend {choice.Backend.Backend.Label} was drawn, and {invalid}"),
            GatewayVerdict.Broken => new(500, "ingress.500.invalid-rule", $"{choice.Match!.Label}: {choice.Match.Rule.Broken ?? "the sum of its backends' weights is 0"}"),
            _ => new(503, "ingress.503.no-endpoints", $"Service {choice.Backend!.Backend.Label} has no ready endpoint; look at its selector and at its pods' readiness"),
        };
    }

    private static string NoRoute(GatewayPort port, ListenerPlan listener, string host, string path, string asked)
    {
        var elsewhere = port.Hosts.Of(asked, listener);
        var tables = new List<MatchTable>();
        foreach (var table in listener.Routes.For(asked)) tables.Add(table);
        if (tables.Count > 0) return $"no rule of a route at {listener.Label} matches host {host} and path {path}: there are {List(tables.SelectMany(t => t.Ordered).Select(m => m.Label))}{(elsewhere is null ? "" : $". {elsewhere}")}";
        if (elsewhere is not null) return $"no route that is attached to {listener.Label} has host {host}: {elsewhere}";
        var hosts = listener.Routes.Written.Select(h => h.Key).ToList();
        if (hosts.Count == 0) return $"no route is attached to {listener.Label}; usher status tells of each route why";
        var near = hosts.Count <= 100 ? NearestWord.Of(host, hosts) : null;
        return $"no route at {listener.Label} has host {host}: {(near is null ? $"there are {List(hosts)}" : $"the nearest is {near}")}";
    }

    private static string List(IEnumerable<string> names)
    {
        var all = names.Select(n => n.Length == 0 ? "any host" : n).ToList();
        return all.Count == 0 ? "none" : FirstFew.Of(all, Named);
    }
}
