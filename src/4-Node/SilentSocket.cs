using System.Net;
using System.Net.Sockets;

namespace Usher.Node;

/// <summary>
/// A place where nothing answers: connecting neither succeeds nor fails, as with an instance that has lost its power. It listens with room for one
/// connection, and takes that itself; Linux then lets every further SYN fall, and the client sends it again until it gives up. When it is disposed of, those
/// SYNs find whatever listens there next.
/// </summary>
internal sealed class SilentSocket : IDisposable
{
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket filler = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };

    /// <summary>Takes the place.</summary>
    /// <exception cref="SocketException">It is in use.</exception>
    public SilentSocket(IPEndPoint bound)
    {
        try
        {
            listener.Bind(bound);
            listener.Listen(0);
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
        filler.Dispose();
        listener.Dispose();
    }
}
