using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Usher.Model.Secrets;

namespace Usher.Trace.Export;

/// <summary>The certificates of a connection to a backend, from files in PEM (OTEL_EXPORTER_OTLP_CERTIFICATE, _CLIENT_CERTIFICATE and _CLIENT_KEY).</summary>
/// <param name="Trusted">What a backend's certificate has to lead to; none for what the system trusts.</param>
/// <param name="Client">What the backend is shown, with those that it leads over; null for nothing.</param>
public sealed record OtlpCertificates(ImmutableArray<X509Certificate2> Trusted, SslStreamCertificateContext? Client)
{
    /// <summary>The system's, and none of one's own.</summary>
    public static OtlpCertificates None { get; } = new([], null);

    /// <summary>What TLS is spoken with.</summary>
    internal SslClientAuthenticationOptions Tls() => new()
    {
        ClientCertificateContext = Client,
        // Where nothing is said of revocation, a connection doesn't ask for it; a policy of its own would.
        CertificateChainPolicy = Trusted.IsEmpty ? null : Policy(Trusted),
    };

    /// <summary>Reads the files that variables name.</summary>
    /// <param name="of">A variable by the end of its name: its whole name, and its value or null.</param>
    /// <returns>The certificates, or what is wrong.</returns>
    internal static (OtlpCertificates? Certificates, string? Problem) Read(Func<string, (string Name, string? Value)> of)
    {
        var (trusted, certificate, key) = (of("CERTIFICATE"), of("CLIENT_CERTIFICATE"), of("CLIENT_KEY"));
        if ((certificate.Value is null) != (key.Value is null))
        {
            var (found, missing) = key.Value is null ? (certificate.Name, key.Name) : (key.Name, certificate.Name);
            return (null, $"{found}: found alone; a certificate and its key are shown together, so {missing} is wanted too");
        }

        string? problem = null;
        var anchors = trusted.Value is null ? [] : Read(trusted, CertificatePem.ReadCertificates, ref problem);
        var chain = certificate.Value is null ? [] : Read(certificate, CertificatePem.ReadCertificates, ref problem);
        var secret = key.Value is null ? null : Read(key, CertificatePem.ReadKey, ref problem);
        if (problem is not null) return (null, problem);
        if (secret is null) return (new(anchors, null), null);
        return CertificatePem.Pair(chain[0], secret, out var unpaired) is { } leaf
            ? (new(anchors, SslStreamCertificateContext.Create(leaf, [.. chain], offline: true)), null)
            : (null, $"{key.Name}: '{key.Value}' {unpaired}");
    }

    private delegate T Reader<T>(ReadOnlySpan<byte> pem, out string? problem);

    /// <summary>Reads a variable's file, unless something was wrong before.</summary>
    private static T? Read<T>((string Name, string? Value) variable, Reader<T> reader, ref string? problem)
    {
        if (problem is not null) return default;
        try
        {
            var read = reader(File.ReadAllBytes(variable.Value!), out problem);
            if (problem is not null) problem = $"{variable.Name}: '{variable.Value}' {problem}";
            return read;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"{variable.Name}: {e.Message}";
            return default;
        }
    }

    private static X509ChainPolicy Policy(ImmutableArray<X509Certificate2> trusted)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(trusted.ToArray());
        return policy;
    }
}
