using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Usher.Wire;

/// <summary>A client's connection that was switched to another protocol: its bytes as they come. Counts both ways.</summary>
internal sealed class ClientTunnel(ConnectionContext connection)
{
    private long _received;
    private long _sent;

    /// <summary>Bytes from the client so far.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Bytes to the client so far.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Reads more; <see cref="Advance"/> follows. Completed when the client has ended its side, canceled after <see cref="Release"/>.</summary>
    public ValueTask<ReadResult> ReadAsync() => connection.Transport.Input.ReadAsync();

    /// <summary>Tells that a read was used whole.</summary>
    public void Advance(in ReadResult read)
    {
        Volatile.Write(ref _received, _received + read.Buffer.Length);
        connection.Transport.Input.AdvanceTo(read.Buffer.End);
    }

    /// <summary>Sends; false when the client takes nothing any more.</summary>
    public async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> data)
    {
        var flushed = await connection.Transport.Output.WriteAsync(data);
        Volatile.Write(ref _sent, _sent + data.Length);
        return !flushed.IsCompleted;
    }

    /// <summary>Lets a pending read return; the connection then ends in order once its handler is done.</summary>
    public void Release() => connection.Transport.Input.CancelPendingRead();

    /// <summary>Cuts the connection.</summary>
    public void Abort() => connection.Abort(new ConnectionAbortedException("The other side of an upgraded connection was cut."));
}
