using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Usher.Wire.Tests.Peers;

/// <summary>An authority made for one test, and certificates of it.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestCertificates(string name = "CN=Test CA")
    {
        var request = new CertificateRequest(name, _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        Authority = request.CreateSelfSigned(now.AddYears(-2), now.AddYears(1));
    }

    public X509Certificate2 Authority { get; }

    /// <summary>Trust in this authority, for this name.</summary>
    public UpstreamTrust Trust(string? name) => new([Authority], name);

    /// <summary>A certificate and its chain, for a server or a client.</summary>
    public SslStreamCertificateContext Issue(string name, bool expired = false) =>
        SslStreamCertificateContext.Create(Leaf(name, expired), [Authority], offline: true);

    /// <summary>A certificate with its key.</summary>
    /// <param name="name">The host or address that it is for.</param>
    /// <param name="expired">Whether it expired a day ago.</param>
    /// <param name="subject">Its subject; <c>CN=</c> and the name when there is none.</param>
    public X509Certificate2 Leaf(string name, bool expired = false, string? subject = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject ?? $"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address)) names.AddIpAddress(address);
        else names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var issued = request.Create(Authority, now.AddDays(-30), expired ? now.AddDays(-1) : now.AddDays(30), RandomNumberGenerator.GetBytes(8));
        using var whole = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>A revocation list of this authority in PEM.</summary>
    /// <param name="revoked">What is on it.</param>
    /// <param name="expired">Whether a newer one was due a day ago.</param>
    public string RevocationList(IEnumerable<X509Certificate2> revoked, bool expired = false)
    {
        var list = new CertificateRevocationListBuilder();
        foreach (var certificate in revoked) list.AddEntry(certificate);
        var now = TimeProvider.System.GetUtcNow();
        var der = list.Build(Authority.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), 1, expired ? now.AddDays(-1) : now.AddDays(30), HashAlgorithmName.SHA256, X509AuthorityKeyIdentifierExtension.CreateFromIssuerNameAndSerialNumber(Authority.SubjectName, Authority.SerialNumberBytes.Span), now.AddDays(-30));
        return PemEncoding.WriteString("X509 CRL", der);
    }

    /// <summary>A certificate that signs itself, for these hosts, and that may be trusted as an authority.</summary>
    public static X509Certificate2 SelfSigned(ECDsa key, params string[] hosts)
    {
        var request = new CertificateRequest($"CN={hosts[0]}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts) names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddYears(-2), now.AddYears(1));
    }

    public void Dispose()
    {
        Authority.Dispose();
        _key.Dispose();
    }
}
