using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Usher.Model.Journeys;

namespace Usher.Dns;

/// <summary>
/// TCP (RFC 7766): each message after its length in two bytes, several on one connection, answered in their order. A connection that
/// is silent too long is closed, in the middle of a message as well; past the most connections allowed, new ones wait in the kernel's queue.
/// </summary>
internal sealed class TcpServer : IDisposable
{
    /// <summary>Most connections at a time.</summary>
    public const int MaxConnections = 256;

    private const int Backlog = 128;
    private const int FirstBuffer = 2048;

    private readonly Socket listener;
    private readonly DnsParts parts;
    private readonly TimeSpan idle;
    private readonly SemaphoreSlim room = new(MaxConnections, MaxConnections);
    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentDictionary<Task, bool> connections = [];
    private Task accepting = Task.CompletedTask;

    /// <summary>Binds, without accepting yet.</summary>
    /// <param name="endPoint">Where; port 0 for any that is free.</param>
    /// <param name="idle">How long a connection may be silent.</param>
    /// <param name="parts">What answers.</param>
    /// <exception cref="SocketException">The place is taken or not allowed.</exception>
    public TcpServer(IPEndPoint endPoint, TimeSpan idle, DnsParts parts)
    {
        this.parts = parts;
        this.idle = idle;
        listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(endPoint);
            listener.Listen(Backlog);
        }
        catch
        {
            listener.Dispose();
            throw;
        }

        EndPoint = (IPEndPoint)listener.LocalEndPoint!;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Begins to accept.</summary>
    public void Start() => accepting = AcceptAsync();

    /// <summary>Closes the listener and idle connections; an answer that is on its way is sent until <paramref name="cancellationToken"/>.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        listener.Dispose();
        await accepting;
        try
        {
            await Task.WhenAll(connections.Keys).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await ending.CancelAsync();
            await Task.WhenAll(connections.Keys);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        stopping.Cancel();
        ending.Cancel();
        listener.Dispose();
        stopping.Dispose();
        ending.Dispose();
        room.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await room.WaitAsync(stopping.Token);
                var socket = await listener.AcceptAsync(stopping.Token);
                Track(Task.Run(() => ServeAsync(socket), CancellationToken.None));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException problem)
            {
                room.Release();
                if (stopping.IsCancellationRequested) return;
                parts.Log.NotReceiving("TCP", problem.Message);
                // Out of file handles, most often: without a pause this would spin.
                await Task.Delay(TimeSpan.FromMilliseconds(100), parts.Time, CancellationToken.None);
            }
        }
    }

    private void Track(Task connection)
    {
        connections[connection] = true;
        _ = connection.ContinueWith(done => connections.TryRemove(done, out _), TaskScheduler.Default);
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            using (socket)
            {
                socket.NoDelay = true;
                await new TcpConnection(socket, EndPoint, idle, parts).ServeAsync(stopping.Token, ending.Token);
            }
        }
        catch (Exception ended) when (ended is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went away, or was silent too long.
        }
        catch (Exception fault)
        {
            parts.Log.Failed(fault, null);
        }
        finally
        {
            room.Release();
        }
    }

    /// <summary>One connection.</summary>
    private sealed class TcpConnection(Socket socket, IPEndPoint local, TimeSpan idle, DnsParts parts)
    {
        private readonly IPEndPoint client = (IPEndPoint)socket.RemoteEndPoint!;
        private byte[] received = new byte[FirstBuffer];
        private int count;

        public async Task ServeAsync(CancellationToken stopping, CancellationToken ending)
        {
            using var silence = new CancellationTokenSource(idle, parts.Time);
            using var reading = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, stopping);
            using var sending = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, ending);
            var answer = new byte[DnsResponder.MaxTcp + 2];
            while (true)
            {
                var message = Complete();
                if (message < 0)
                {
                    if (count == received.Length) Array.Resize(ref received, ushort.MaxValue + 2);
                    var read = await socket.ReceiveAsync(received.AsMemory(count), SocketFlags.None, reading.Token);
                    if (read == 0) return;
                    count += read;
                    continue;
                }

                // The whole message counts as one act: bytes that trickle in don't keep a connection open.
                silence.CancelAfter(idle);
                await AnswerAsync(message, answer, sending.Token);
                count -= message + 2;
                received.AsSpan(message + 2, count).CopyTo(received);
            }
        }

        /// <summary>Length of the message that has arrived whole; -1 when none has.</summary>
        private int Complete()
        {
            if (count < 2) return -1;
            var length = BinaryPrimitives.ReadUInt16BigEndian(received);
            return count >= length + 2 ? length : -1;
        }

        private async Task AnswerAsync(int message, byte[] answer, CancellationToken cancellationToken)
        {
            var started = parts.Time.GetTimestamp();
            var (length, decision) = Respond(received.AsSpan(2, message), answer);
            if (length == 0) return;
            for (var sent = 0; sent < length + 2;) sent += await socket.SendAsync(answer.AsMemory(sent, length + 2 - sent), SocketFlags.None, cancellationToken);
            if (decision is null) return;
            parts.Journeys.Add(new DnsRecord
            {
                Client = client,
                QueryId = BinaryPrimitives.ReadUInt16BigEndian(received.AsSpan(2)),
                Tcp = true,
                StartedAt = started,
                EndedAt = parts.Time.GetTimestamp(),
                Decision = decision,
            });
        }

        private (int Length, DnsDecision? Decision) Respond(ReadOnlySpan<byte> query, byte[] answer)
        {
            int length;
            DnsDecision? decision;
            try
            {
                length = parts.Responder.Respond(query, answer.AsSpan(2), local, tcp: true, out decision);
            }
            catch (Exception fault)
            {
                parts.Log.Failed(fault, client);
                (length, decision) = (DnsResponder.Fail(query, answer.AsSpan(2)), null);
            }

            BinaryPrimitives.WriteUInt16BigEndian(answer, (ushort)length);
            return (length, decision);
        }
    }
}
