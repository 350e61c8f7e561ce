using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;

namespace Usher.Wire;

/// <summary>
/// An accepted socket's bytes. What was read and not used can be put back, so that a connection's first bytes can be looked at before the TLS library gets them. It doesn't own the socket, and fails with
/// <see cref="ConnectionResetException"/> alone, whoever ended the connection.
/// </summary>
/// <param name="socket">A connected one.</param>
public sealed class SocketStream(Socket socket) : AsyncStream
{
    private ReadOnlyMemory<byte> _putBack;

    /// <summary>The next reads give these first.</summary>
    public void PutBack(ReadOnlyMemory<byte> bytes) => _putBack = bytes;

    /// <summary>What was put back, for who reads the socket itself from now on.</summary>
    public ReadOnlyMemory<byte> TakeBack()
    {
        var taken = _putBack;
        _putBack = default;
        return taken;
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_putBack.IsEmpty) return ReceiveAsync(buffer, cancellationToken);
        var some = Math.Min(buffer.Length, _putBack.Length);
        _putBack[..some].CopyTo(buffer);
        _putBack = _putBack[some..];
        return new(some);
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var sending = socket.SendAsync(buffer, SocketFlags.None, cancellationToken);
            if (!sending.IsCompletedSuccessfully) return SendRestAsync(sending, buffer, cancellationToken);
            var sent = sending.Result;
            return sent == buffer.Length ? default : SendRestAsync(new ValueTask<int>(sent), buffer, cancellationToken);
        }
        catch (ObjectDisposedException e)
        {
            return ValueTask.FromException(Ended(e));
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Ended(e);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendRestAsync(ValueTask<int> sending, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            for (var sent = await sending; sent < buffer.Length;) sent += await socket.SendAsync(buffer[sent..], SocketFlags.None, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Ended(e);
        }
    }

    private static ConnectionResetException Ended(Exception e) => new(e.Message, e);
}
