using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Secrets;

namespace Usher.Certificates;

/// <summary>
/// Checks an imported certificate as <c>ImportCertificate</c> does (ACM User Guide, "Prerequisites for importing ACM certificates" and "Certificate import
/// problems"): one certificate of X.509 version 3, its plain key, and the chain behind it in order. Whether it is valid now is asked when it is first served.
/// The material comes from Secrets as ACK reads them: of type Opaque only.
/// </summary>
internal sealed class ImportCompiler(DesiredState state, Resource<Certificate> resource, CertificateImport import, ErrorList errors)
{
    // ACM API, ImportCertificate.
    private const int CertificateLimit = 32_768;
    private const int KeyLimit = 5_120;
    private const int ChainLimit = 2_097_152;

    private bool valid = true;

    /// <summary>The certificate with its key and chain; null after an error.</summary>
    internal KeyedCertificate? Compile()
    {
        var certificate = Certificate();
        var key = Key();
        var chain = import.CertificateChain is null ? [] : Chain();
        if (certificate is not null && valid) CheckChain(certificate, chain);
        if (certificate is null || key is null || !valid) return null;
        if (CertificatePem.Pair(certificate, key, out var problem) is not { } paired)
        {
            Error("spec.privateKey", $"{Of(import.PrivateKey)} {problem}");
            return null;
        }

        return new KeyedCertificate(paired, chain);
    }

    private X509Certificate2? Certificate()
    {
        const string field = "spec.certificate";
        if (Value(field, import.Certificate, CertificateLimit) is not { } pem) return null;
        var all = CertificatePem.ReadCertificates(pem, out var problem);
        if (problem is not null) Error(field, $"{Of(import.Certificate)} {problem}");
        else if (all.Length > 1)
        {
            Error(field, $"{Of(import.Certificate)} has {all.Length} certificates; ACM takes one here: put those behind it under a key of their own and name that in spec.certificateChain");
        }
        else if (Problem(all[0]) is { } wrong) Error(field, $"{Of(import.Certificate)} {wrong}");
        else return all[0];
        return null;
    }

    private AsymmetricAlgorithm? Key()
    {
        const string field = "spec.privateKey";
        if (Value(field, import.PrivateKey, KeyLimit) is not { } pem) return null;
        var key = CertificatePem.ReadKey(pem, out var problem);
        if (problem is not null) Error(field, $"{Of(import.PrivateKey)} {problem}");
        return key;
    }

    private ImmutableArray<X509Certificate2> Chain()
    {
        const string field = "spec.certificateChain";
        if (Value(field, import.CertificateChain!, ChainLimit) is not { } pem) return [];
        var all = CertificatePem.ReadCertificates(pem, out var problem);
        if (problem is not null) Error(field, $"{Of(import.CertificateChain!)} {problem}");
        return all;
    }

    private void CheckChain(X509Certificate2 certificate, ImmutableArray<X509Certificate2> chain)
    {
        const string field = "spec.certificateChain";
        if (chain.IsEmpty && !CertificatePem.IsSelfIssued(certificate))
        {
            Error(field, $"is required: {certificate.Subject} is signed by {certificate.Issuer}, whose certificate belongs here (a self-signed one needs no chain)");
        }

        var before = certificate;
        for (var i = 0; i < chain.Length; i++)
        {
            var link = chain[i];
            if (link.RawData.AsSpan().SequenceEqual(certificate.RawData))
            {
                Error(field, $"certificate {i + 1} of {Of(import.CertificateChain!)} is the one in spec.certificate itself; only those behind it belong here");
                return;
            }

            if (!CertificatePem.IsSignedBy(before, link))
            {
                Error(field, $"certificate {i + 1} of {Of(import.CertificateChain!)} ({link.Subject}) didn't sign the one before it ({before.Subject}, "
                    + $"signed by {before.Issuer}); the immediate signer comes first, then its own, in order");
                return;
            }

            if (!link.Extensions.OfType<X509BasicConstraintsExtension>().Any(c => c.CertificateAuthority))
            {
                Error(field, $"certificate {i + 1} of {Of(import.CertificateChain!)} ({link.Subject}) is not a CA's certificate");
                return;
            }

            before = link;
        }
    }

    private static string? Problem(X509Certificate2 certificate)
    {
        if (certificate.Version != 3) return $"({certificate.Subject}) is X.509 version {certificate.Version}; version 3 is wanted";
        if (KeyAlgorithm.Of(certificate) is null)
        {
            return $"({certificate.Subject}) has a key that ACM doesn't import; allowed are {string.Join(", ", KeyAlgorithm.Imported.Keys.Order(StringComparer.Ordinal))}";
        }

        var named = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Any(e => e.EnumerateDnsNames().Any() || e.EnumerateIPAddresses().Any());
        return named || certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false).Length > 0
            ? null
            : "names nobody: a DNS name or an IP address is wanted among its alternative names, or as its common name";
    }

    /// <summary>The value that a reference names; null after an error.</summary>
    private byte[]? Value(string field, SecretReference reference, int limit)
    {
        if (state.Find<V1Secret>(reference.Namespace, reference.Name) is not { } secret)
        {
            var all = state.All<V1Secret>().Select(s => s.Key.Short).Take(20).ToList();
            Error($"{field}.name", $"there is no Secret {reference.Namespace}/{reference.Name}; "
                + (all.Count == 0 ? "no Secret is defined here" : $"there are {string.Join(", ", all)}"));
            return null;
        }

        if (TlsSecret.TypeOf(secret.Value) is not "Opaque" and var type)
        {
            Error($"{field}.name", $"Secret {reference.Namespace}/{reference.Name} has the type {type}; ACK reads Opaque ones only: keep a copy of it with that type");
            return null;
        }

        if (secret.Value.ValueOf(reference.Key) is not { } value)
        {
            var keys = TlsSecret.KeysOf(secret.Value);
            Error($"{field}.key", $"Secret {reference.Namespace}/{reference.Name} has no key {reference.Key}; it has {(keys.Count == 0 ? "none" : string.Join(", ", keys))}");
            return null;
        }

        if (value.Length <= limit) return value;
        Error(field, $"{Of(reference)} has {value.Length} bytes; at most {limit} are allowed");
        return null;
    }

    private void Error(string field, string message)
    {
        valid = false;
        errors.Add(resource, field, message);
    }

    private static string Of(SecretReference reference) => $"{reference.Key} of Secret {reference.Namespace}/{reference.Name}";
}
