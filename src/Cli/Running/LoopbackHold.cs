using System.Buffers.Binary;
using System.Net.Sockets;
using Usher.Model.Road;

namespace Usher.Cli.Running;

/// <summary>
/// A loopback network held for one road, so that a second one is told in a sentence and not in one for each address. What is held is a name among the system's abstract sockets: it belongs to the same network namespace
/// as the addresses do, and goes with the process however that ends.
/// </summary>
internal sealed class LoopbackHold : IDisposable
{
    private const int SocketLevel = 1, PeerCredentials = 17; // SOL_SOCKET, SO_PEERCRED

    private readonly Socket socket;

    private LoopbackHold(Socket socket) => this.socket = socket;

    /// <summary>Holds a network.</summary>
    /// <exception cref="UserException">A road that runs has it.</exception>
    internal static LoopbackHold Take(LoopbackRange range)
    {
        var name = new UnixDomainSocketEndPoint($"\0usher-loopback-{range.Network}");
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(name);
            socket.Listen(8);
            return new LoopbackHold(socket);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Dispose();
            throw new UserException($"a road is running with --loopback {range.Network} already{Holder(name)}; stop it, or name another number with --loopback");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    private static string Holder(UnixDomainSocketEndPoint name)
    {
        try
        {
            using var asking = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
            asking.Connect(name);
            Span<byte> credentials = stackalloc byte[12];
            asking.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
            return $" (process {BinaryPrimitives.ReadInt32LittleEndian(credentials)})";
        }
        catch (SocketException)
        {
            return "";
        }
    }
}
