using System.Net;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Seam;
using Usher.Wire;

namespace Usher.Ingress.Gateways;

/// <summary>TLS that begins at a Gateway's TCP port, where the backend that was drawn is the target of a BackendTLSPolicy.</summary>
internal sealed class GatewayEncryption(IPEndPoint bound) : IRelayEncryption
{
    public bool Encrypts(Generation generation) => generation.Find<GatewaySnapshot>()?.PortAt(bound) is { Plan.Encrypts: true };

    public UpstreamTls? Towards(IDecision decision, string? alpn) => Of(decision, alpn);

    /// <summary>How a connection is secured by the policy of its backend; null where there is none. What is carried isn't HTTP, so ALPN says what the client has agreed on, or nothing.</summary>
    internal static UpstreamTls? Of(IDecision decision, string? alpn) => (decision as GatewayConnectionDecision)?.Choice.Backend?.Tls is { } tls ? tls with { ApplicationProtocol = alpn } : null;
}
