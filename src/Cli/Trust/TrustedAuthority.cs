using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Usher.Cli.Running;

namespace Usher.Cli.Trust;

/// <summary>The private CA's certificate, as stores of trusted certificates know it.</summary>
/// <param name="Pem">The certificate.</param>
/// <param name="Path">Its file in the state folder.</param>
/// <param name="Id">The first eight digits of its SHA-256, which tells one Usher's CA from another's.</param>
internal sealed record TrustedAuthority(string Pem, string Path, string Id)
{
    /// <summary>How the names of all of them begin in a browser's database.</summary>
    internal const string NickPrefix = "Usher local CA (";

    /// <summary>How their files begin in the system's store.</summary>
    internal const string FilePrefix = "usher-local-ca-";

    /// <summary>Its name in a browser's database.</summary>
    internal string Nick => $"{NickPrefix}{Id})";

    /// <summary>Its file's name in the system's store, without the ending.</summary>
    internal string FileName => $"{FilePrefix}{Id.ToLowerInvariant()}";

    /// <summary>The CA of a state folder.</summary>
    /// <exception cref="UserException">There is none yet, or its file can't be read.</exception>
    internal static TrustedAuthority Of(StateDirectory state)
    {
        var path = System.IO.Path.Combine(state.Path, "ca", "ca.pem");
        if (!File.Exists(path)) throw new UserException($"there is no CA in {state.Path} yet: the first road that needs a certificate makes it", ExitCodes.NoAnswer);
        try
        {
            var pem = File.ReadAllText(path);
            using var certificate = X509Certificate2.CreateFromPem(pem);
            return new TrustedAuthority(pem, path, Convert.ToHexString(certificate.GetCertHash(HashAlgorithmName.SHA256))[..8]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new UserException($"{path} can't be read: {e.Message}");
        }
    }
}
