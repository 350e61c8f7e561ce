using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Usher.Wire;

/// <summary>The bytes within TLS on a connection to an upstream. Failures are told as a socket's would be.</summary>
internal sealed class TlsChannel(SslStream stream) : IDisposable
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        try
        {
            return await stream.ReadAsync(buffer);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            throw Told(e);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> data)
    {
        try
        {
            await stream.WriteAsync(data);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            throw Told(e);
        }
    }

    /// <summary>Sends close_notify.</summary>
    public async ValueTask EndSendingAsync()
    {
        try
        {
            await stream.ShutdownAsync();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            throw Told(e);
        }
    }

    public void Dispose() => stream.Dispose();

    private static SocketException Told(Exception e) =>
        e.GetBaseException() as SocketException ?? new SocketException((int)SocketError.ConnectionReset, e.GetBaseException().Message);
}
