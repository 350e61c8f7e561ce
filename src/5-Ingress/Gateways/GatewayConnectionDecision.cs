using Usher.Model.Journeys;

namespace Usher.Ingress.Gateways;

/// <summary>What was chosen for a connection or a flow of datagrams.</summary>
/// <param name="Listener">The listener; null where none is for the server name.</param>
/// <param name="Rule">The route's rule; null where none is.</param>
/// <param name="Backend">The backend that was drawn, or null.</param>
/// <param name="Read">What was read of the backend.</param>
internal readonly record struct ConnectionChoice(ListenerPlan? Listener, ConnectionRule? Rule = null, WeightedBackend? Backend = null, BackendReading Read = default)
{
    /// <summary>Whether there is somewhere to send it.</summary>
    internal bool Forwards => Backend is { Invalid: null } && Read.Ready;
}

/// <summary>
/// A decision about a connection of a TLSRoute or TCPRoute, or a flow of a UDPRoute:
/// <list type="number">
/// <item>The listener: of a port that speaks TLS, the most specific for the server name; of another, the only one.</item>
/// <item>The route: the one whose host is the most specific for the server name; of TCP and UDP, the oldest.</item>
/// <item>The backend, drawn by weight. One that isn't valid, or has no ready endpoint, ends the connection. Of a headless Service, which has no virtual IP, the endpoint whose turn it is.</item>
/// </list>
/// </summary>
internal sealed class GatewayConnectionDecision(GatewayPort port, string? serverName, Draw draw, ConnectionChoice choice) : IConnectionDecision, IProblemTeller
{
    internal Draw Draw { get; } = draw;

    internal ConnectionChoice Choice { get; } = choice;

    /// <inheritdoc/>
    public string? Problem => Choice switch
    {
        { Listener: null } => GatewayMismatch.NoListener(port, serverName),
        { Rule: null, Listener: { } listener } => $"no route at {listener.Label} is for {(string.IsNullOrEmpty(serverName) ? "it" : $"server name {serverName}")}{(port.Hosts.Of(serverName?.ToLowerInvariant() ?? "", listener) is { } elsewhere ? $": {elsewhere}" : "; usher status tells of each route why")}",
        { Backend: null, Rule: { } rule } => $"{rule.Label}: the sum of its backends' weights is 0",
        { Backend: { Invalid: { } invalid } backend, Rule: { } rule } => $"{rule.Label}: backend {backend.Backend.Label} was drawn, and {invalid}",
        { Read.Ready: false, Backend: { } backend } => $"Service {backend.Backend.Label} has no ready endpoint; look at its selector and at its pods' readiness",
        _ => null,
    };

    /// <summary>Decides as live traffic does.</summary>
    internal static GatewayConnectionDecision Make<TStates>(GatewayPort port, string? serverName, TStates states, Draw draw) where TStates : struct, IBackendReader =>
        new(port, serverName, draw, Decide(port, serverName, states, draw, default(NoReasons)));

    /// <inheritdoc/>
    public IEnumerable<HopAccount> Tell()
    {
        var reasons = new ReasonList();
        var replayed = Decide(port, serverName, new RecordedBackend(Choice.Read), Draw, reasons);
        var told = GatewayFacts.Of(port);
        told["protocol"] = port.Plan.Protocol.ToString().ToUpperInvariant();
        if (port.Plan.Protocol == PortProtocol.Tls) told["sni"] = string.IsNullOrEmpty(serverName) ? "none" : serverName;
        if (replayed.Listener is { } listener) told["listener"] = listener.Name;
        if (replayed.Rule is { } rule) (told["route"], told["routeKind"]) = (rule.Route.Short, rule.Route.Kind);
        if (replayed.Backend is { Invalid: null } backend)
        {
            IngressFacts.Tell(told, backend.Backend);
            replayed.Read.Tell(told);
            if (backend.Tls is { } tls) told["backendTls"] = $"{backend.TlsBy} ({tls})";
        }

        var sentence = replayed.Forwards ? $"{replayed.Rule!.Label} → {replayed.Read.Where(replayed.Backend!)}{Encrypted(replayed)}" : Problem!;
        yield return new HopAccount(Hop.Ingress, port.Pod.Name, sentence) { Facts = told, Reasons = reasons.All, Ok = replayed.Forwards, Outcome = replayed.Forwards ? null : Outcome(replayed) };
    }

    private static ConnectionChoice Decide<TStates, TReasons>(GatewayPort port, string? serverName, TStates states, Draw draw, TReasons reasons)
        where TStates : struct, IBackendReader
        where TReasons : struct, IReasonSink
    {
        // 1.
        var name = serverName?.ToLowerInvariant() ?? "";
        if (GatewayHop.Listener(port.Plan, name, reasons) is not { } listener) return default;

        // 2.
        var rule = listener.Connections.Find(name);
        if (TReasons.Wanted)
        {
            foreach (var (host, other) in listener.Connections.Written)
                reasons.Add(other.Label, other == rule, other == rule ? "is the most specific" : HostMatches<ConnectionRule>.Takes(host, name) ? "is for it too, but less specific" : $"isn't for server name {(name.Length == 0 ? "(none)" : name)}", notable: other != rule && HostMatches<ConnectionRule>.Takes(host, name));
        }

        if (rule is null) return new ConnectionChoice(listener);

        // 3.
        var backend = WeightedBackends.Draw(rule.Backends, rule.TotalWeight, rule.Label, draw, reasons);
        if (backend is null || backend.Invalid is not null) return new ConnectionChoice(listener, rule, backend);
        var read = states.Read(backend.Backend);
        if (TReasons.Wanted) read.Explain(backend.Backend, reasons);
        return new ConnectionChoice(listener, rule, backend, read);
    }

    private static string Encrypted(in ConnectionChoice choice) => choice.Backend!.Tls is null ? "" : choice.Listener!.Tls is null ? ", encrypted" : ", encrypted again";

    private static string Outcome(in ConnectionChoice choice) => choice switch
    {
        { Listener: null } => "ingress.no-listener",
        { Rule: null } => "ingress.no-route",
        { Backend: null } or { Backend.Invalid: not null } => "ingress.invalid-backend",
        _ => "ingress.no-endpoints",
    };
}
