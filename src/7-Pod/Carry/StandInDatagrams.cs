using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Usher.Wire;

namespace Usher.Pod;

/// <summary>A stand-in's UDP ports: each datagram is answered with a line of JSON, which says who got it, from whom, and how long it was.</summary>
internal sealed class StandInDatagrams : IDisposable
{
    private static readonly JsonSerializerOptions Format = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly PodPlan pod;
    private readonly ContainerPlan container;
    private readonly List<Socket> sockets = [];

    private StandInDatagrams(PodPlan pod, ContainerPlan container) => (this.pod, this.container) = (pod, container);

    /// <summary>Binds all of a container's and begins to answer; null for a container without UDP ports.</summary>
    /// <exception cref="LaunchException">A port is in use.</exception>
    public static StandInDatagrams? Start(PodPlan pod, ContainerPlan container)
    {
        if (container.Datagrams.IsEmpty) return null;
        var started = new StandInDatagrams(pod, container);
        foreach (var port in container.Datagrams)
        {
            var bound = new IPEndPoint(pod.Address!.Bound, port.Bound);
            var socket = new Socket(bound.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            started.sockets.Add(socket);
            try
            {
                socket.Bind(bound);
            }
            catch (SocketException e)
            {
                started.Dispose();
                throw new LaunchException($"a stand-in for {container.Image} can't listen on {bound}/UDP: {e.Message}");
            }

            _ = started.AnswerAsync(socket, port);
        }

        return started;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var socket in sockets) socket.Dispose();
    }

    private async Task AnswerAsync(Socket socket, PodPort port)
    {
        var buffer = new byte[UdpRelay.LargestDatagram];
        while (true)
        {
            try
            {
                var got = await socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0));
                await socket.SendToAsync(Answer(port, got.RemoteEndPoint, got.ReceivedBytes), SocketFlags.None, got.RemoteEndPoint);
            }
            catch (SocketException e) when (e.SocketErrorCode != SocketError.OperationAborted)
            {
                // One client's trouble: the next datagram may be fine.
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private byte[] Answer(PodPort port, EndPoint from, int length)
    {
        var told = StandInAnswer.Begin(pod, container, port.Port, (IPEndPoint)from);
        told["protocol"] = "UDP";
        told["bodyBytes"] = length;
        return System.Text.Encoding.UTF8.GetBytes(told.ToJsonString(Format) + "\n");
    }
}
