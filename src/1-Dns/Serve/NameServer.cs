using System.Net;
using System.Net.Sockets;

namespace Usher.Dns;

/// <summary>One name server: the same port over UDP and TCP.</summary>
internal sealed class NameServer
{
    // RFC 7766 section 6.2.3: "of the order of a few seconds".
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);
    // A free TCP port may be taken for UDP.
    private const int Tries = 16;

    private readonly UdpServer udp;
    private readonly TcpServer tcp;

    private NameServer(UdpServer udp, TcpServer tcp)
    {
        this.udp = udp;
        this.tcp = tcp;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => tcp.EndPoint;

    /// <summary>Binds, without answering yet; questions that come wait in the kernel.</summary>
    /// <param name="endPoint">Where; port 0 for any that is free.</param>
    /// <param name="parts">What answers.</param>
    /// <exception cref="SocketException">The place is taken or not allowed.</exception>
    public static NameServer Bind(IPEndPoint endPoint, DnsParts parts)
    {
        for (var left = Tries; ; left--)
        {
            var tcp = new TcpServer(endPoint, Idle, parts);
            try
            {
                return new NameServer(new UdpServer(tcp.EndPoint, parts), tcp);
            }
            catch (SocketException problem)
            {
                tcp.Dispose();
                if (endPoint.Port != 0 || problem.SocketErrorCode != SocketError.AddressAlreadyInUse || left == 0) throw;
            }
        }
    }

    /// <summary>Begins to answer.</summary>
    public void Start()
    {
        udp.Start();
        tcp.Start();
    }

    /// <summary>Stops; an answer that is on its way over TCP is sent until <paramref name="cancellationToken"/>.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        udp.Dispose();
        await tcp.StopAsync(cancellationToken);
        tcp.Dispose();
    }
}
