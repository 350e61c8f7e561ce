using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Usher.Model.Journeys;

namespace Usher.Dns;

/// <summary>
/// UDP: one thread that receives, answers and sends. The kernel's buffer is the queue; a query that doesn't fit is lost, as the protocol has it.
/// Nothing that comes in ends the loop.
/// </summary>
internal sealed class UdpServer : IDisposable
{
    // The largest query that is read; longer ones are cut off and are then malformed.
    private const int MaxQuery = 4096;
    private const int KernelBuffer = 1 << 20;
    private static readonly TimeSpan WakeAgain = TimeSpan.FromMilliseconds(100);

    private readonly Socket socket;
    private readonly DnsParts parts;
    private readonly IPEndPoint local;
    private Thread? loop;
    private volatile bool stopping;

    /// <summary>Binds.</summary>
    /// <exception cref="SocketException">The place is taken or not allowed.</exception>
    public UdpServer(IPEndPoint endPoint, DnsParts parts)
    {
        this.parts = parts;
        socket = new Socket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = KernelBuffer };
        try
        {
            socket.Bind(endPoint);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        local = (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <summary>Begins to answer.</summary>
    public void Start()
    {
        loop = new Thread(Run) { IsBackground = true, Name = "dns-udp" };
        loop.Start();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        stopping = true;
        // The loop waits in the kernel, where closing the socket doesn't reach it on every system: a datagram does.
        if (loop is not null)
        {
            do Wake();
            while (!loop.Join(WakeAgain));
        }

        socket.Dispose();
    }

    private void Run()
    {
        var query = new byte[MaxQuery];
        var answer = new byte[DnsResponder.MaxUdp];
        var client = new SocketAddress(socket.AddressFamily);
        var anyone = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6None : IPAddress.None, 0);
        while (!stopping)
        {
            try
            {
                var length = socket.ReceiveFrom(query, SocketFlags.None, client);
                if (stopping) return;
                Answer(query.AsSpan(0, length), answer, client, anyone);
            }
            catch (SocketException problem)
            {
                // A datagram longer than the buffer, an unreachable client: the next one may be fine.
                if (problem.SocketErrorCode is not (SocketError.MessageSize or SocketError.ConnectionReset)) parts.Log.NotReceiving("UDP", problem.Message);
            }
        }
    }

    private void Answer(ReadOnlySpan<byte> query, byte[] answer, SocketAddress client, IPEndPoint anyone)
    {
        var started = parts.Time.GetTimestamp();
        int length;
        IDecision? decision;
        try
        {
            length = parts.Responder.Respond(query, answer, local, tcp: false, out decision);
        }
        catch (Exception fault)
        {
            parts.Log.Failed(fault, anyone.Create(client));
            (length, decision) = (DnsResponder.Fail(query, answer), null);
        }

        if (length == 0) return;
        socket.SendTo(answer.AsSpan(0, length), SocketFlags.None, client);
        if (decision is null) return;
        parts.Journeys.Add(new DnsRecord
        {
            Client = (IPEndPoint)anyone.Create(client),
            QueryId = (ushort)((query[0] << 8) | query[1]),
            Tcp = false,
            StartedAt = started,
            EndedAt = parts.Time.GetTimestamp(),
            Failed = (answer[3] & 0x0F) != 0,
            Decision = decision,
        });
    }

    private void Wake()
    {
        var self = local.Address.Equals(IPAddress.Any) ? new IPEndPoint(IPAddress.Loopback, local.Port)
            : local.Address.Equals(IPAddress.IPv6Any) ? new IPEndPoint(IPAddress.IPv6Loopback, local.Port)
            : local;
        try
        {
            using var waker = new Socket(self.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            waker.SendTo([], self);
        }
        catch (SocketException)
        {
            // Tried again until the loop is gone.
        }
    }
}

/// <summary>What both transports need.</summary>
/// <param name="Responder">Makes the answers.</param>
/// <param name="Journeys">Where records of queries go.</param>
/// <param name="Time">The clock.</param>
/// <param name="Log">The log.</param>
internal sealed record DnsParts(DnsResponder Responder, IJourneyLog Journeys, TimeProvider Time, ILogger Log);
