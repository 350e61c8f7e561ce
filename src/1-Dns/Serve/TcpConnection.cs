using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Usher.Model.Journeys;

namespace Usher.Dns;

/// <summary>
/// One connection: reads messages as they become whole, answers them in order. Ends with a <see cref="SocketException"/> or an
/// <see cref="OperationCanceledException"/> when the client goes away or is silent too long.
/// </summary>
/// <param name="socket">The connection; closed by the caller.</param>
/// <param name="local">Who was asked.</param>
/// <param name="idle">How long it may be silent.</param>
/// <param name="parts">What answers.</param>
internal sealed class TcpConnection(Socket socket, IPEndPoint local, TimeSpan idle, DnsParts parts)
{
    private const int FirstBuffer = 2048;

    private readonly IPEndPoint client = (IPEndPoint)socket.RemoteEndPoint!;
    private byte[] received = new byte[FirstBuffer];
    private int count;

    /// <summary>Serves until the client ends it.</summary>
    /// <param name="stopping">Ends it once no answer is on its way.</param>
    /// <param name="ending">Ends it at once.</param>
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
            Failed = (answer[5] & 0x0F) != 0,
            Decision = decision,
        });
    }

    private (int Length, IDecision? Decision) Respond(ReadOnlySpan<byte> query, byte[] answer)
    {
        int length;
        IDecision? decision;
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
