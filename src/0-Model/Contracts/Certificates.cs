using System.Net.Security;
using Usher.Model.Aws;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Model.Contracts;

/// <summary>The answer to a ClientHello.</summary>
/// <param name="Decision">Which certificate and why, to be replayed.</param>
/// <param name="Context">The certificate with its chain and key; null when the listener has none.</param>
public sealed record CertificateChoice(IDecision Decision, SslStreamCertificateContext? Context);

/// <summary>Kinds of certificate keys that a client can verify, by its cipher suites, groups and <c>signature_algorithms</c>.</summary>
[Flags]
public enum CertificateKeys
{
    /// <summary>None that is known here.</summary>
    None = 0,

    /// <summary>RSA.</summary>
    Rsa = 1,

    /// <summary>ECDSA with the curve P-256.</summary>
    EcdsaP256 = 2,

    /// <summary>ECDSA with the curve P-384.</summary>
    EcdsaP384 = 4,

    /// <summary>ECDSA with the curve P-521.</summary>
    EcdsaP521 = 8,

    /// <summary>ECDSA with any of these.</summary>
    Ecdsa = EcdsaP256 | EcdsaP384 | EcdsaP521,

    /// <summary>Either; what is assumed of a client that nobody looked at.</summary>
    Any = Rsa | Ecdsa,
}

/// <summary>Asked by a listener at each handshake; answered by the certificates' hop.</summary>
public interface ICertificateChooser
{
    /// <summary>Chooses among a listener's certificates. Never waits.</summary>
    /// <param name="generation">The generation that the connection is served by.</param>
    /// <param name="listenerArn">The listener.</param>
    /// <param name="serverName">The name in the ClientHello's SNI; null when the client sent none.</param>
    CertificateChoice Choose(Generation generation, string listenerArn, string? serverName);

    /// <summary>Chooses the best certificate that the client can support, where the listener read the whole ClientHello. Never waits.</summary>
    /// <param name="generation">The generation that the connection is served by.</param>
    /// <param name="listenerArn">The listener.</param>
    /// <param name="serverName">The name in the ClientHello's SNI; null when the client sent none.</param>
    /// <param name="accepted">The kinds of keys that the client takes.</param>
    CertificateChoice Choose(Generation generation, string listenerArn, string? serverName, CertificateKeys accepted) =>
        Choose(generation, listenerArn, serverName);
}

/// <summary>Whether requested certificates are issued; answered by the certificates' hop.</summary>
public interface ICertificateStatuses
{
    /// <summary>What keeps a certificate PENDING_VALIDATION as things are, and what would mend it; null for one that is ISSUED.</summary>
    /// <param name="context">The desired state.</param>
    Func<Certificate, string?> Pending(CompileContext context);
}
