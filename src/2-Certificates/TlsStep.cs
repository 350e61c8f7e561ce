using System.Net;
using Usher.Model.Road;

namespace Usher.Certificates;

/// <summary>
/// The handshake as <c>explain</c> walks it: an https request that stands at a listener is secured by the certificate that the listener
/// would serve. A name mismatch doesn't stop the walk, as it doesn't stop the load balancer: it is the client that refuses.
/// </summary>
internal sealed class TlsStep(LeafStore leaves, TimeProvider time) : IRoadStep
{
    /// <inheritdoc/>
    public StepTaken? Take(Generation generation, Traveller traveller)
    {
        if (traveller is not { Address: { } address, Secured: false, Request.Scheme: "https" }) return null;
        var snapshot = generation.Get<CertificateSnapshot>();
        if (!snapshot.ByEndpoint.TryGetValue(address, out var listener)) return null;

        var given = traveller.GivenBy<CertificateDecision>(d => d.Facts.ListenerArn == listener.ListenerArn);
        var decision = new CertificateDecision(
            snapshot, given?.Leaves ?? leaves.Current.Facts,
            given?.Facts ?? new CertificateFacts(listener.ListenerArn, ServerName(traveller.UrlHost ?? traveller.Request.Host), At: time.GetUtcNow()));
        return new StepTaken([decision], decision.Match.Certificate is null ? null : traveller with { Secured = true });
    }

    /// <summary>The SNI that a client sends for a host: none for an address (RFC 6066 section 3).</summary>
    private static string? ServerName(string host) => IPAddress.TryParse(host, out _) ? null : CertificateChooser.Normal(host);
}
