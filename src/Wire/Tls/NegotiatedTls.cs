using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Usher.Wire;

/// <summary>Tells Kestrel that a connection is within TLS, and which protocol ALPN agreed on: it speaks HTTP/2 by that, and only there. Clients show no certificates here.</summary>
public sealed class NegotiatedTls : ITlsApplicationProtocolFeature, ITlsConnectionFeature
{
    private NegotiatedTls(ReadOnlyMemory<byte> protocol) => ApplicationProtocol = protocol;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> ApplicationProtocol { get; }

    /// <summary>Tells it of a connection.</summary>
    public static void Tell(ConnectionContext connection, SslApplicationProtocol protocol)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var told = new NegotiatedTls(protocol.Protocol);
        connection.Features.Set<ITlsApplicationProtocolFeature>(told);
        connection.Features.Set<ITlsConnectionFeature>(told);
    }

    /// <summary>Tells it that a connection in the plain speaks a protocol with prior knowledge.</summary>
    public static void TellInThePlain(ConnectionContext connection, SslApplicationProtocol protocol)
    {
        ArgumentNullException.ThrowIfNull(connection);
        connection.Features.Set<ITlsApplicationProtocolFeature>(new NegotiatedTls(protocol.Protocol));
    }

    /// <inheritdoc/>
    public X509Certificate2? ClientCertificate { get; set; }

    /// <inheritdoc/>
    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
}
