namespace Usher.Model.Journeys;

/// <summary>
/// Where hops' records go. Called by the seam and by the two hops that are no proxies (the name server, the handshake); never waits,
/// and bounded: the oldest records give way.
/// </summary>
public interface IJourneyLog
{
    /// <summary>A name server answered.</summary>
    void Add(DnsRecord record);

    /// <summary>A handshake ended.</summary>
    void Add(HandshakeRecord record);

    /// <summary>A relay accepted a connection. The record goes on changing until it is closed.</summary>
    void Add(ConnectionRecord record);

    /// <summary>A relay's connection leads on to where it was decided: its record knows both of its connections.</summary>
    void Connected(ConnectionRecord record)
    {
    }

    /// <summary>A relay's connection has ended: its record changes no more.</summary>
    void Closed(ConnectionRecord record);

    /// <summary>An HTTP hop is done with a request.</summary>
    void Add(RequestRecord record);
}
