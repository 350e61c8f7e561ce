using System.Security.Cryptography;
using Usher.Wire.Tests.Peers;

namespace Usher.Ingress.Tests;

/// <summary>TLS Secrets as manifests.</summary>
internal static class Secrets
{
    /// <summary>A Secret with a self-signed certificate for these names. With <paramref name="otherKey"/> its key belongs to another certificate.</summary>
    internal static string Tls(string name, string[] hosts, bool otherKey = false, string type = "kubernetes.io/tls")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = TestCertificates.SelfSigned(key, hosts);
        return Yaml(name, type, ("tls.crt", certificate.ExportCertificatePem()), ("tls.key", (otherKey ? other : key).ExportPkcs8PrivateKeyPem()), ("ca.crt", certificate.ExportCertificatePem()));
    }

    internal static string Yaml(string name, string type, params (string Key, string Text)[] data) =>
        $"---\napiVersion: v1\nkind: Secret\ntype: {type}\nmetadata: {{ name: {name}, namespace: shop }}\nstringData:\n"
        + string.Concat(data.Select(d => $"  {d.Key}: |\n{string.Concat(d.Text.TrimEnd().Split('\n').Select(l => $"    {l.TrimEnd()}\n"))}"));
}
