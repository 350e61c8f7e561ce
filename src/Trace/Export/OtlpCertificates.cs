using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Usher.Trace.Export;

/// <summary>The certificates of a connection to a backend, from files in PEM (OTEL_EXPORTER_OTLP_CERTIFICATE, _CLIENT_CERTIFICATE and _CLIENT_KEY).</summary>
/// <param name="Trusted">What a backend's certificate has to lead to; null for what the system trusts.</param>
/// <param name="Client">What the backend is shown, with those that it leads over; null for nothing.</param>
public sealed record OtlpCertificates(X509Certificate2Collection? Trusted, SslStreamCertificateContext? Client)
{
    /// <summary>The system's, and none of one's own.</summary>
    public static OtlpCertificates None { get; } = new(null, null);

    /// <summary>What TLS is spoken with.</summary>
    internal SslClientAuthenticationOptions Tls() => new()
    {
        ClientCertificateContext = Client,
        // Where nothing is said of revocation, a connection doesn't ask for it; a policy of its own would.
        CertificateChainPolicy = Trusted is null ? null : Policy(Trusted),
    };

    /// <summary>Reads the files that variables name.</summary>
    /// <param name="of">A variable by the end of its name: its whole name, and its value or null.</param>
    /// <returns>The certificates, or what is wrong.</returns>
    internal static (OtlpCertificates? Certificates, string? Problem) Read(Func<string, (string Name, string? Value)> of)
    {
        var (trustedFrom, trusted) = of("CERTIFICATE");
        var (certificateFrom, certificate) = of("CLIENT_CERTIFICATE");
        var (keyFrom, key) = of("CLIENT_KEY");
        if ((certificate is null) != (key is null)) return (null, $"{(key is null ? certificateFrom : keyFrom)}: found alone; a certificate and its key are shown together, so {(key is null ? keyFrom : certificateFrom)} is wanted too");

        var (anchors, problem) = trusted is null ? (null, null) : Certificates(trustedFrom, trusted);
        if (problem is not null) return (null, problem);
        if (certificate is null) return (anchors is null ? None : new(anchors, null), null);
        (var chain, problem) = Certificates(certificateFrom, certificate);
        if (problem is not null) return (null, problem);
        try
        {
            return (new(anchors, SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(certificate, key), chain, offline: true)), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"{keyFrom}: {e.Message}");
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return (null, $"{keyFrom}: '{key}' isn't the key, in PEM and without a password, of the first certificate in '{certificate}'");
        }
    }

    private static (X509Certificate2Collection?, string?) Certificates(string from, string file)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"{from}: {e.Message}");
        }
        catch (CryptographicException)
        {
            // Told below: what can't be read isn't there.
        }

        return found.Count == 0 ? (null, $"{from}: '{file}' has no certificate in PEM (-----BEGIN CERTIFICATE-----)") : (found, null);
    }

    private static X509ChainPolicy Policy(X509Certificate2Collection trusted)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(trusted);
        return policy;
    }
}
