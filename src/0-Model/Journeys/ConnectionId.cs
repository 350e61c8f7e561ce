using System.Net;

namespace Usher.Model.Journeys;

/// <summary>
/// A TCP connection, or a flow of UDP datagrams, as both of its ends know it. What joins the record of a hop that dialled to that of the hop that accepted.
/// </summary>
/// <param name="From">The dialling end.</param>
/// <param name="To">The accepting end.</param>
public sealed record ConnectionId(IPEndPoint From, IPEndPoint To)
{
    /// <summary>Whether it is a flow of datagrams: TCP and UDP have the same port numbers for themselves.</summary>
    public bool Udp { get; init; }

    /// <summary><c>127.0.0.1:40112 → 127.18.0.1:8443</c>, of a flow <c>udp</c> in front.</summary>
    public override string ToString() => $"{(Udp ? "udp " : "")}{From} → {To}";
}
