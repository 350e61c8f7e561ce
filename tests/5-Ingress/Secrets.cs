using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Usher.Ingress.Tests;

/// <summary>TLS Secrets as manifests.</summary>
internal static class Secrets
{
    private static readonly DateTimeOffset Start = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A Secret with a self-signed certificate for these names. With <paramref name="otherKey"/> its key belongs to another certificate.</summary>
    internal static string Tls(string name, string[] hosts, bool otherKey = false, string type = "kubernetes.io/tls")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = SelfSigned(key, hosts);
        return Yaml(name, type, ("tls.crt", certificate.ExportCertificatePem()), ("tls.key", (otherKey ? other : key).ExportPkcs8PrivateKeyPem()), ("ca.crt", certificate.ExportCertificatePem()));
    }

    internal static X509Certificate2 SelfSigned(ECDsa key, params string[] hosts)
    {
        var request = new CertificateRequest($"CN={hosts[0]}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts) names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(Start, Start.AddYears(30));
    }

    internal static string Yaml(string name, string type, params (string Key, string Text)[] data) =>
        $"---\napiVersion: v1\nkind: Secret\ntype: {type}\nmetadata: {{ name: {name}, namespace: shop }}\nstringData:\n"
        + string.Concat(data.Select(d => $"  {d.Key}: |\n{string.Concat(d.Text.TrimEnd().Split('\n').Select(l => $"    {l.TrimEnd()}\n"))}"));
}
