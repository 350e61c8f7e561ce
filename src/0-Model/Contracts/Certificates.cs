using System.Net.Security;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Model.Contracts;

/// <summary>The answer to a ClientHello.</summary>
/// <param name="Decision">Which certificate and why, to be replayed.</param>
/// <param name="Context">The certificate with its chain and key; null when the listener has none.</param>
public sealed record CertificateChoice(IDecision Decision, SslStreamCertificateContext? Context);

/// <summary>Asked by a listener at each handshake; answered by the certificates' hop.</summary>
public interface ICertificateChooser
{
    /// <summary>Chooses among a listener's certificates. Never waits.</summary>
    /// <param name="generation">The generation that the connection is served by.</param>
    /// <param name="listenerArn">The listener.</param>
    /// <param name="serverName">The name in the ClientHello's SNI; null when the client sent none.</param>
    CertificateChoice Choose(Generation generation, string listenerArn, string? serverName);
}
