using System.Collections.Immutable;
using System.Text;
using k8s.Models;

namespace Usher.Model.Secrets;

/// <summary>What is wrong with a Secret.</summary>
/// <param name="Field">The field (<c>data.tls.key</c>, <c>type</c>).</param>
/// <param name="Message">What was found and what is allowed; never the value.</param>
public sealed record SecretProblem(string Field, string Message);

/// <summary>
/// Reads Secrets of type <c>kubernetes.io/tls</c>: <c>tls.crt</c> has the certificate, then those that vouch for it; <c>tls.key</c> its key (Kubernetes
/// documentation, "TLS Secrets"). Pure.
/// </summary>
public static class TlsSecret
{
    /// <summary>The type.</summary>
    public const string Type = "kubernetes.io/tls";

    /// <summary>The key with the certificate and its chain.</summary>
    public const string CertificateKey = "tls.crt";

    /// <summary>The key with the private key.</summary>
    public const string PrivateKeyKey = "tls.key";

    /// <summary>The certificate of a Secret.</summary>
    /// <param name="secret">A Secret of any type; one without a type is <c>Opaque</c>.</param>
    /// <param name="problems">Everything that is wrong; empty when the result isn't null.</param>
    public static KeyedCertificate? Read(V1Secret secret, out ImmutableArray<SecretProblem> problems)
    {
        var found = ImmutableArray.CreateBuilder<SecretProblem>();
        if (TypeOf(secret) != Type) found.Add(new SecretProblem("type", $"found {TypeOf(secret)}; {Type} is wanted"));
        var certificates = secret.ValueOf(CertificateKey) is { } crt ? Certificates(crt) : Missing(CertificateKey);
        var key = secret.ValueOf(PrivateKeyKey);
        KeyedCertificate? read = null;
        if (key is null) Missing(PrivateKeyKey);
        else if (CertificatePem.ReadKey(key, out var problem) is not { } parsed) found.Add(new SecretProblem($"data.{PrivateKeyKey}", problem!));
        else if (!certificates.IsEmpty)
        {
            if (CertificatePem.Pair(certificates[0], parsed, out problem) is { } paired) read = new KeyedCertificate(paired, certificates[1..]);
            else found.Add(new SecretProblem($"data.{PrivateKeyKey}", problem!));
        }

        problems = found.ToImmutable();
        return problems.IsEmpty ? read : null;

        ImmutableArray<System.Security.Cryptography.X509Certificates.X509Certificate2> Certificates(byte[] pem)
        {
            var all = CertificatePem.ReadCertificates(pem, out var wrong);
            if (wrong is not null) found.Add(new SecretProblem($"data.{CertificateKey}", wrong));
            return all;
        }

        ImmutableArray<System.Security.Cryptography.X509Certificates.X509Certificate2> Missing(string name)
        {
            found.Add(new SecretProblem("data", $"has no {name}, which a Secret of type {Type} must have"));
            return [];
        }
    }

    /// <summary>A Secret's type; <c>Opaque</c> when none is written.</summary>
    public static string TypeOf(V1Secret secret) => string.IsNullOrEmpty(secret.Type) ? "Opaque" : secret.Type;

    /// <summary>The value under a key as the API server would store it: <c>stringData</c> goes over <c>data</c>. Null when there is none.</summary>
    public static byte[]? ValueOf(this V1Secret secret, string key) =>
        secret.StringData?.TryGetValue(key, out var text) == true ? Encoding.UTF8.GetBytes(text)
        : secret.Data?.TryGetValue(key, out var bytes) == true ? bytes
        : null;

    /// <summary>The keys that a Secret has, ordered.</summary>
    public static IReadOnlyList<string> KeysOf(V1Secret secret) =>
        [.. (secret.Data?.Keys ?? []).Union(secret.StringData?.Keys ?? []).Order(StringComparer.Ordinal)];
}
