using System.Security.Cryptography.X509Certificates;
using Usher.Model.Journeys;

namespace Usher.Ingress.Gateways;

/// <summary>A request that speaks something else than the Gateway's port does, or asks it for no listener's name, as <c>explain</c> tells it.</summary>
/// <param name="Port">The port.</param>
/// <param name="Status">What is answered; null for nothing.</param>
/// <param name="AnsweredBy">Who answers.</param>
/// <param name="Outcome">The journey's code.</param>
/// <param name="Problem">What went wrong and the way out.</param>
internal sealed record GatewayMismatch(GatewayPort Port, int? Status, Hop AnsweredBy, string Outcome, string Problem) : IDecision
{
    /// <summary>The code of a request in the plain at a port that speaks TLS.</summary>
    internal const string PlainOutcome = "ingress.400.plain-http-on-https-port";

    /// <summary>What to do about it.</summary>
    internal const string PlainProblem = "the request came in the plain to a port whose listeners speak TLS: ask for https, or attach the route to a listener of protocol HTTP too";

    /// <summary>Set where a request can't be served at this port; null where it can.</summary>
    internal static GatewayMismatch? Of(GatewayPort port, string scheme, string? serverName) => (port.Plan.Protocol == PortProtocol.Tls, scheme) switch
    {
        (true, "http") => new(port, 400, Hop.Ingress, PlainOutcome, PlainProblem),
        (false, "https") => new(port, null, Hop.Ingress, "ingress.tls.not-tls", "the port's listeners have protocol HTTP and speak no TLS, so the handshake fails"),
        (true, _) when GatewayCertificate.ListenerOf(port, serverName) is null => new(port, null, Hop.Ingress, "ingress.tls.no-listener", NoListener(port, serverName)),
        _ => null,
    };

    /// <summary>What is said of a handshake for a name that no listener has.</summary>
    internal static string NoListener(GatewayPort port, string? serverName) =>
        $"no listener of {port.Plan.Gateway} at port {port.Plan.Port} is for {(string.IsNullOrEmpty(serverName) ? "a client that names no server" : $"server name {serverName}")}: {ClosedListener.For(port.Closed, Lower(serverName)) ?? port.Hosts.Of(Lower(serverName), null) ?? $"there are {string.Join(", ", port.Plan.Listeners.Written.Take(5).Select(l => l.Key))}"}";

    private static string Lower(string? serverName) => serverName?.ToLowerInvariant() ?? "";

    /// <summary>Why a client's certificate isn't taken where its Gateway wants one.</summary>
    internal static string ClientCertificate(GatewayPort port, X509Certificate? certificate, X509Chain? chain) => certificate is null
        ? $"the client showed no certificate, and {port.Plan.Gateway} wants one (spec.tls.frontend)"
        : $"the client's certificate {certificate.Subject} isn't one that {port.Plan.Gateway} takes (spec.tls.frontend): {string.Join("; ", (chain?.ChainStatus ?? []).Select(s => s.StatusInformation.Trim().TrimEnd('.')).Distinct())}";

    /// <inheritdoc/>
    public IEnumerable<HopAccount> Tell() => [new HopAccount(Hop.Ingress, Port.Pod.Name, Problem) { Facts = GatewayFacts.Of(Port), Ok = false, Outcome = Outcome }];
}
