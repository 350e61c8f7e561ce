using System.Net;
using System.Net.Sockets;
using Usher.Model.Journeys;

namespace Usher.Trace;

/// <summary>One form for each address, so that both ends of a connection name it alike.</summary>
internal static class EndPoints
{
    /// <summary>The connection with IPv4 addresses written as such: a dual-mode socket calls 127.0.0.1 ::ffff:127.0.0.1.</summary>
    public static ConnectionId Plain(this ConnectionId id) =>
        Mapped(id.From) || Mapped(id.To) ? id with { From = id.From.Plain(), To = id.To.Plain() } : id;

    /// <summary>The same for one end.</summary>
    public static IPEndPoint Plain(this IPEndPoint end) => Mapped(end) ? new IPEndPoint(end.Address.MapToIPv4(), end.Port) : end;

    private static bool Mapped(IPEndPoint end) => end.AddressFamily == AddressFamily.InterNetworkV6 && end.Address.IsIPv4MappedToIPv6;
}
