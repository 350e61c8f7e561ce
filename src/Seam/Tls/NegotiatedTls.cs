using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Usher.Seam;

/// <summary>Tells Kestrel that a connection is within TLS, and which protocol ALPN agreed on. Clients show no certificates here.</summary>
internal sealed class NegotiatedTls(ReadOnlyMemory<byte> protocol) : ITlsApplicationProtocolFeature, ITlsConnectionFeature
{
    public ReadOnlyMemory<byte> ApplicationProtocol { get; } = protocol;

    public X509Certificate2? ClientCertificate { get; set; }

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
}
