using System.Globalization;
using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.Ingress.Gateways;

/// <summary>Which listener a handshake is for by its server name, what that shows, and why.</summary>
internal sealed class GatewayCertificate : IDecision
{
    private readonly GatewayPort port;
    private readonly string? serverName;

    private GatewayCertificate(GatewayPort port, string? serverName, ListenerPlan listener) => (this.port, this.serverName, Listener) = (port, serverName, listener);

    /// <summary>The listener.</summary>
    internal ListenerPlan Listener { get; }

    /// <summary>Decides by the server name that a client sends, empty or null for none; null where no listener is for it, and the handshake ends.</summary>
    internal static GatewayCertificate? For(GatewayPort port, string? serverName)
    {
        return ListenerOf(port, serverName) is { } listener ? new GatewayCertificate(port, string.IsNullOrEmpty(serverName) ? null : serverName.ToLowerInvariant(), listener) : null;
    }

    /// <summary>The listener that a client asks for by its server name, empty or null for none; null where there is none.</summary>
    internal static ListenerPlan? ListenerOf(GatewayPort port, string? serverName) => port.Plan.Listeners.Find(serverName?.ToLowerInvariant() ?? "");

    /// <summary>Adds what is known of it to a hop's facts.</summary>
    internal void Tell(JsonObject told)
    {
        told["sni"] = serverName ?? "none";
        if (Listener.Tls is not { } tls) return;
        var (source, certificate, why) = tls.For(serverName);
        told["certificate"] = certificate.Certificate.Subject;
        told["certificateFrom"] = source;
        told["certificateWhy"] = why;
        told["certificateNotAfter"] = certificate.NotAfter.ToString("u", CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public IEnumerable<HopAccount> Tell()
    {
        var reasons = new ReasonList();
        GatewayHop.Listener(port.Plan, serverName ?? "", reasons);
        var told = GatewayFacts.Of(port);
        told["listener"] = Listener.Name;
        Tell(told);
        var shown = Listener.Tls?.For(serverName);
        yield return new HopAccount(Hop.Ingress, port.Pod.Name, shown is { } s ? $"{Listener.Label}: certificate {s.Certificate.Certificate.Subject} ({s.Source}), since {s.Why}" : $"{Listener.Label}: TLS goes on as it came")
        {
            Facts = told,
            Reasons = reasons.All,
        };
    }
}
