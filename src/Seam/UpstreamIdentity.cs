using Usher.Model.Journeys;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>What the records of all requests on one upstream connection share.</summary>
internal sealed record UpstreamIdentity(ConnectionId Id, UpstreamSecurity? Tls)
{
    internal static UpstreamIdentity Of(IUpstream connection) =>
        new(new ConnectionId(connection.LocalEndPoint, connection.RemoteEndPoint), Tell(connection.Session));

    /// <summary>A TLS session in the journey's words.</summary>
    internal static UpstreamSecurity? Tell(UpstreamSession? session) => session is null ? null : new UpstreamSecurity
    {
        Version = session.Version,
        Cipher = session.Cipher,
        Alpn = session.Alpn,
        ServerName = session.Settings.ServerName,
        Subject = session.PeerSubject,
        Issuer = session.PeerIssuer,
        NotAfter = session.PeerNotAfter,
        Verified = session.Verified,
    };
}
