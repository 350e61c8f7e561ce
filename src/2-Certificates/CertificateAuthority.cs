using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Usher.Model.Contracts;

namespace Usher.Certificates;

/// <summary>
/// The private CA that stands for Amazon's: an ECDSA P-256 key and a self-signed certificate of ten years, made when first needed and kept in
/// the state store; its certificate also as <c>ca/ca.pem</c> in the state folder. What can't be used is set aside under another name and said so, never overwritten.
/// </summary>
public sealed class CertificateAuthority : IRoadAuthority
{
    private readonly AuthorityState state;
    private readonly Lock gate = new();
    private LoadedAuthority? loaded;

    /// <summary>Touches nothing yet.</summary>
    public CertificateAuthority(CertificateOptions options, IStateStore store, TimeProvider time, ILogger<CertificateAuthority> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        state = new AuthorityState(store, Path.Combine(Path.GetFullPath(options.StateDirectory), "ca"), time, log);
    }

    /// <summary>Where the CA's certificate is, or will be: <c>ca/ca.pem</c> in the state folder.</summary>
    public string CertificatePath => state.CertificatePath;

    /// <summary>The CA's certificate as PEM, for clients to trust. Makes the CA if there is none yet.</summary>
    /// <exception cref="StateStoreException">The state store can't be read or written.</exception>
    /// <exception cref="IOException">The state folder can't be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The state folder belongs to somebody else.</exception>
    public string CertificatePem => Load().Certificate.ExportCertificatePem() + "\n";

    X509Certificate2 IRoadAuthority.Certificate => Load().Certificate;

    /// <summary>The CA where it was loaded or made; null where nothing needed it.</summary>
    internal LoadedAuthority? Loaded
    {
        get
        {
            lock (gate) return loaded;
        }
    }

    /// <summary>The CA, loaded or made. A failure is not remembered: the next call tries again.</summary>
    internal LoadedAuthority Load()
    {
        lock (gate) return loaded ??= state.LoadOrMake();
    }
}

/// <summary>The CA's certificate and key. No record, so that nothing prints it.</summary>
/// <param name="certificate">The certificate, without the key.</param>
/// <param name="key">The key.</param>
internal sealed class LoadedAuthority(X509Certificate2 certificate, ECDsa key)
{
    internal X509Certificate2 Certificate => certificate;

    internal ECDsa Key => key;

    /// <summary>Whether this CA signed a certificate, and it is valid at a moment.</summary>
    internal bool Signed(X509Certificate2 leaf, DateTimeOffset at)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = at.UtcDateTime;
        return chain.Build(leaf);
    }
}
