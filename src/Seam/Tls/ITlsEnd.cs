using System.Net.Security;
using System.Security.Authentication;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>The end of TLS at a hop's port: what the hop itself says of it. Asked anew for each connection, so that what it says may change.</summary>
public interface ITlsEnd
{
    /// <summary>The hop that tells of the port's handshakes.</summary>
    Hop Hop { get; }

    /// <summary>How long a ClientHello is waited for, and then as long the rest of the handshake.</summary>
    TimeSpan HandshakeLimit { get; }

    /// <summary>Chooses what a client is shown, and with which versions and protocols the handshake goes on.</summary>
    /// <param name="hello">What the client sent.</param>
    /// <param name="record">The handshake's record, with the client's server name; takes the decision.</param>
    /// <exception cref="AuthenticationException">There is nothing to show; the handshake fails with these words.</exception>
    SslServerAuthenticationOptions Choose(PeekedHello hello, HandshakeRecord record);

    /// <summary>What is said of handshakes that fail.</summary>
    HandshakeWords Words { get; }
}

/// <summary>TLS that begins at a relay, towards the destination.</summary>
public interface IEncryptingEnd
{
    /// <summary>How the connection to the destination is secured; null for as it came, or where it was decrypted for in the plain.</summary>
    /// <param name="decision">What was decided for the connection.</param>
    /// <param name="alpn">The protocol that was negotiated with the client; null for none, and where no TLS ended here.</param>
    UpstreamTls? Towards(IDecision decision, string? alpn);
}

/// <summary>The same at a port of a hop that relays what comes in the plain.</summary>
public interface IRelayEncryption : IEncryptingEnd
{
    /// <summary>Whether connections of this generation may be encrypted: they all take a socket then, since an express link knows no TLS.</summary>
    bool Encrypts(Generation generation);
}

/// <summary>The same at a port of a hop that reads HTTP.</summary>
public interface IHttpTlsEnd : ITlsEnd
{
    /// <summary>Whether a connection that begins with this byte is no handshake, but a request in the plain: by default what is neither a TLS record nor SSLv2's hello (nginx's ngx_http_ssl_handshake).</summary>
    bool IsPlain(byte first) => first is not 0x16 and < 0x80;

    /// <summary>Answers a request in the plain. Its connection closes after that.</summary>
    IHttpHop Plain { get; }
}

/// <summary>The same at a port where the client's server name tells whether what is within TLS is HTTP, or is relayed, decrypted or as it came.</summary>
public interface IMixedTlsEnd : IHttpTlsEnd, IEncryptingEnd
{
    /// <summary>How a connection is relayed; null for one of HTTP.</summary>
    /// <param name="hello">What the client sent.</param>
    /// <param name="generation">The running generation.</param>
    RelayedTls? Relays(PeekedHello hello, Generation generation);
}

/// <summary>How a connection that speaks TLS is relayed.</summary>
/// <param name="Decide">Decides where it goes.</param>
/// <param name="Ends">Whether TLS ends here; otherwise it goes on as it came.</param>
public sealed record RelayedTls(Func<FrontDecision> Decide, bool Ends);

/// <summary>The same at a port of a hop that relays what it has decrypted.</summary>
public interface IRelayTlsEnd : ITlsEnd, IEncryptingEnd
{
    /// <summary>Whether TLS ends here for connections of this generation; those of others are relayed as they come.</summary>
    bool Ends(Generation generation);
}
