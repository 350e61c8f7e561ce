using System.Buffers;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Usher.Cli.Running;

/// <summary>
/// Lets one port without TLS serve HTTP/1.1 and HTTP/2 both. Kestrel serves one of them there, since nothing negotiates; but a client of HTTP/2 says so in its first bytes (RFC 9113, section 3.4). A connection that
/// begins so is handed on, as it is, to an endpoint of Kestrel's for HTTP/2 alone, whose connections all come from here.
/// </summary>
internal sealed class CleartextHttp2 : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Channel<ConnectionContext> handed = Channel.CreateUnbounded<ConnectionContext>();

    /// <summary>Stands for the endpoint; nothing listens at an address.</summary>
    internal EndPoint EndPoint { get; } = new IPEndPoint(IPAddress.Broadcast, 1);

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    public bool CanBind(EndPoint endpoint) => ReferenceEquals(endpoint, EndPoint);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => ValueTask.FromResult<IConnectionListener>(new Listener(handed, endpoint));

    /// <summary>Looks at a connection's first bytes, and hands it on or lets it be.</summary>
    internal async Task DispatchAsync(ConnectionContext connection, Func<Task> next)
    {
        if (!await SpeaksHttp2Async(connection))
        {
            await next();
            return;
        }

        var whole = new HandedConnection(connection);
        // The endpoint is closed when the API stops.
        if (handed.Writer.TryWrite(whole)) await whole.Ended;
    }

    private static async Task<bool> SpeaksHttp2Async(ConnectionContext connection)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        limit.CancelAfter(Patience);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(limit.Token);
                var begins = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, Preface.Length)).ToArray();
                var may = Preface.StartsWith(begins);
                var sure = begins.Length == Preface.Length || read.IsCompleted;
                if (!may || sure)
                {
                    input.AdvanceTo(read.Buffer.Start);
                    return may && begins.Length == Preface.Length;
                }

                input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (IOException)
        {
            // Whoever reads on finds it too.
            return false;
        }
    }

    private sealed class Listener(Channel<ConnectionContext> handed, EndPoint endPoint) : IConnectionListener
    {
        public EndPoint EndPoint => endPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await handed.Reader.WaitToReadAsync(cancellationToken) && handed.Reader.TryRead(out var connection) ? connection : null;

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            handed.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }

    /// <summary>The same connection, whose end the first endpoint waits for: it alone closes the socket.</summary>
    private sealed class HandedConnection(ConnectionContext connection) : ConnectionContext
    {
        private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task Ended => ended.Task;

        public override System.IO.Pipelines.IDuplexPipe Transport { get => connection.Transport; set => connection.Transport = value; }

        public override string ConnectionId { get => connection.ConnectionId; set => connection.ConnectionId = value; }

        public override IFeatureCollection Features => connection.Features;

        public override IDictionary<object, object?> Items { get => connection.Items; set => connection.Items = value; }

        public override EndPoint? LocalEndPoint { get => connection.LocalEndPoint; set => connection.LocalEndPoint = value; }

        public override EndPoint? RemoteEndPoint { get => connection.RemoteEndPoint; set => connection.RemoteEndPoint = value; }

        public override CancellationToken ConnectionClosed { get => connection.ConnectionClosed; set => connection.ConnectionClosed = value; }

        public override void Abort(ConnectionAbortedException abortReason) => connection.Abort(abortReason);

        public override ValueTask DisposeAsync()
        {
            ended.TrySetResult();
            return base.DisposeAsync();
        }
    }
}
