using System.Net;

namespace Usher.Dns;

/// <summary>Where the name server listens.</summary>
/// <param name="EndPoint">Address and port for UDP and TCP; port 0 for any that is free, told by <see cref="DnsServerAddress"/>.</param>
public sealed record DnsOptions(IPEndPoint EndPoint);

/// <summary>Where the name server really listens.</summary>
public sealed class DnsServerAddress
{
    private volatile IPEndPoint? endPoint;

    /// <summary>Address and port; null while it doesn't listen.</summary>
    public IPEndPoint? EndPoint
    {
        get => endPoint;
        internal set => endPoint = value;
    }
}
