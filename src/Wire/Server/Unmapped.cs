using System.Net;

namespace Usher.Wire;

/// <summary>
/// IPv4 as IPv4: a dual-stack listener tells its IPv4 clients as ::ffff:a.b.c.d, by which no two sides would find each other.
/// </summary>
internal static class Unmapped
{
    public static IPEndPoint Of(IPEndPoint endPoint) =>
        endPoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endPoint.Address.MapToIPv4(), endPoint.Port) : endPoint;
}
