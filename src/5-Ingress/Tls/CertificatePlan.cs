using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Usher.Model.Desired;
using Usher.Model.Secrets;

namespace Usher.Ingress;

/// <summary>What a server of the controller shows in handshakes. No record, so that nothing prints the key.</summary>
/// <param name="secret">The Secret that it comes from; null for the controller's own fake one.</param>
/// <param name="certificate">The certificate with its key; null for the controller's own fake one.</param>
/// <param name="why">Why it and no other; empty when it is simply the one that is asked for.</param>
internal sealed class CertificatePlan(ResourceKey? secret, KeyedCertificate? certificate, string why = "")
{
    // The key is drawn when the first handshake wants it: what is compiled stays a function of what was written.
    private static readonly Lazy<KeyedCertificate> Fake = new(MakeFake);

    /// <summary>The Secret that it comes from, or null.</summary>
    internal ResourceKey? Secret => secret;

    /// <summary>Where it comes from, for people: <c>Secret shop/tls</c>.</summary>
    internal string Source { get; } = secret?.ToString() ?? "the controller's own fake certificate";

    /// <summary>Why it and no other.</summary>
    internal string Why { get; } = why;

    /// <summary>The certificate with its key, or null.</summary>
    internal KeyedCertificate? Keyed => certificate;

    /// <summary>The subject.</summary>
    internal string Subject => certificate?.Certificate.Subject ?? "CN=Kubernetes Ingress Controller Fake Certificate, O=Acme Co";

    /// <summary>The end of its validity; null for the fake one.</summary>
    internal DateTimeOffset? NotAfter => certificate?.NotAfter;

    /// <summary>What TLS is given.</summary>
    internal SslStreamCertificateContext Context => (certificate ?? Fake.Value).Context;

    /// <summary>Whether the certificate is for a name: exactly, or by a wildcard of one label.</summary>
    internal bool IsFor(string host) => certificate?.Certificate.MatchesHostname(host.StartsWith("*.", StringComparison.Ordinal) ? "any" + host[1..] : host) == true;

    /// <summary>The self-signed certificate that ingress-nginx shows when it has no other.</summary>
    internal static CertificatePlan OfFake(string why) => new(null, null, why);

    /// <summary>This one for a server that wanted another.</summary>
    internal CertificatePlan Because(string reason) => new(secret, certificate, reason);

    /// <summary>Whether both show the same certificate for the same reason.</summary>
    internal bool Says(CertificatePlan other) => ReferenceEquals(Keyed, other.Keyed) && Source == other.Source && Why == other.Why;

    /// <summary>As GetFakeSSLCert of ingress-nginx's net/ssl makes it.</summary>
    private static KeyedCertificate MakeFake()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=Kubernetes Ingress Controller Fake Certificate, O=Acme Co", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("ingress.local");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        return new KeyedCertificate(request.CreateSelfSigned(now.AddDays(-1), now.AddDays(365)), []);
    }
}
