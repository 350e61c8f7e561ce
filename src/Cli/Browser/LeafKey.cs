using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Usher.Cli.Client;

namespace Usher.Cli.Browser;

/// <summary>
/// Lets a browser trust the road's certificate and nothing else: the hash of its public key, once the road's CA has vouched for it.
/// </summary>
internal static class LeafKey
{
    /// <summary>The SHA-256 of the SubjectPublicKeyInfo in base64, as Chromium's switch takes it; null when the certificate isn't the road's.</summary>
    internal static async Task<string?> HashAsync(IPEndPoint server, string name, X509Certificate2 authority, CancellationToken cancellationToken)
    {
        string? hash = null;
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, cancellationToken);
        await using var tls = new SslStream(new NetworkStream(socket, ownsSocket: false));
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = name,
            RemoteCertificateValidationCallback = (_, leaf, _, errors) =>
            {
                using var chain = RoadTrust.Chain(authority);
                if (leaf is not X509Certificate2 certificate || !chain.Build(certificate)) return false;
                hash = Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
                return !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch);
            },
        };
        try
        {
            await tls.AuthenticateAsClientAsync(options, cancellationToken);
            return hash;
        }
        catch (System.Security.Authentication.AuthenticationException)
        {
            // Not ours, or not for this name: the browser is to see that for itself.
            return null;
        }
    }
}
