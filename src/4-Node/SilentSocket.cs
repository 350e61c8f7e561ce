using System.Net.Sockets;
using Usher.Model.Contracts;

namespace Usher.Node;

/// <summary>
/// A place where nothing answers: connecting neither succeeds nor fails, as with an instance that has lost its power. It listens with room for one
/// connection, and takes that itself; Linux then lets every further SYN fall, and the client sends it again until it gives up. When it is disposed of, those
/// SYNs find whatever listens there next. For UDP it is a socket that nobody reads.
/// </summary>
internal sealed class SilentSocket : IDisposable
{
    private readonly Socket listener;
    private readonly Socket? filler;

    /// <summary>Takes the place.</summary>
    /// <exception cref="SocketException">It is in use.</exception>
    public SilentSocket(FrontPlace place)
    {
        listener = place.Udp
            ? new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 0 }
            : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(place.Bound);
            if (place.Udp) return;
            listener.Listen(0);
            filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            filler.Connect(listener.LocalEndPoint!);
        }
        catch (SocketException problem) when (problem.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // Somebody else's connection was faster: the place is as full.
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        filler?.Dispose();
        listener.Dispose();
    }
}
