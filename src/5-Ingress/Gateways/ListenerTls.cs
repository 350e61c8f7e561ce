using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Usher.Model.Desired;
using Usher.Model.Secrets;

namespace Usher.Ingress.Gateways;

/// <summary>Where TLS ends at a listener: what it shows, and whom it asks to show something too. No record, so that nothing prints a key.</summary>
/// <param name="certificates">The certificates with the Secret that each comes from, in the order of <c>certificateRefs</c>; at least one.</param>
internal sealed class ListenerTls(ImmutableArray<(ResourceKey Secret, KeyedCertificate Certificate)> certificates)
{
    /// <summary>All of them.</summary>
    public ImmutableArray<(ResourceKey Secret, KeyedCertificate Certificate)> Certificates => certificates;

    /// <summary>The authorities that a client's certificate must lead to; empty asks for none.</summary>
    public X509Certificate2Collection ClientRoots { get; init; } = [];

    /// <summary>Whether a client without a valid certificate is served all the same (<c>AllowInsecureFallback</c>).</summary>
    public bool InsecureFallback { get; init; }

    /// <summary>The certificate for a server name: the first that has the very name, else the first that is for it by a wildcard, else the first (Gateway API, GatewayTLSConfig: the most specific).</summary>
    internal (string Source, KeyedCertificate Certificate, string Why) For(string? serverName)
    {
        if (serverName is not null)
        {
            foreach (var (secret, certificate) in certificates)
            {
                if (certificate.Names.Contains(serverName, StringComparer.OrdinalIgnoreCase)) return (secret.ToString(), certificate, certificates.Length == 1 ? "it is the listener's" : $"it is the first of {certificates.Length} with the name {serverName}");
            }

            foreach (var (secret, certificate) in certificates)
            {
                if (certificate.Certificate.MatchesHostname(serverName)) return (secret.ToString(), certificate, certificates.Length == 1 ? "it is the listener's" : $"it is the first of {certificates.Length} that is for {serverName}");
            }
        }

        return (certificates[0].Secret.ToString(), certificates[0].Certificate, serverName is null ? "the client named no server; it is the listener's first" : $"the listener has none for {serverName}; it is the first");
    }

    /// <summary>What TLS is given.</summary>
    internal SslStreamCertificateContext ContextFor(string? serverName) => For(serverName).Certificate.Context;
}
