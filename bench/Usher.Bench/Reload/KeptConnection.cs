using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Usher.Bench.Reload;

/// <summary>A connection, over TLS or plain, that asks again and again, at most once a millisecond; one that the server closes is opened anew.</summary>
internal sealed class KeptConnection(IPEndPoint server, string host, bool plain = false) : IDisposable
{
    private readonly byte[] buffer = new byte[16 * 1024];
    private Stream? stream;

    /// <summary>How often the server closed it before it answered.</summary>
    internal int Closed { get; private set; }

    /// <summary>Asks once more when an open connection turns out to be closed before anything came back, as browsers do.</summary>
    /// <param name="path">What for.</param>
    /// <param name="asked">Of which host; null for the connection's own.</param>
    /// <returns>The status.</returns>
    /// <exception cref="IOException">Nothing, or half an answer, came back.</exception>
    internal async Task<int> AskAsync(string path, string? asked = null)
    {
        await Task.Delay(1);
        var request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {asked ?? host}\r\n\r\n");
        if (stream is not null)
        {
            if (await TryAskAsync(request, kept: true) is { } status) return status;
            Closed++;
        }

        await OpenAsync();
        return (await TryAskAsync(request, kept: false))!.Value;
    }

    public void Dispose() => stream?.Dispose();

    private async Task OpenAsync()
    {
        stream?.Dispose();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server);
        // Any certificate will do: the private CA of the road isn't trusted on this machine, and nothing secret is sent.
        var bare = new NetworkStream(socket, ownsSocket: true);
        stream = bare;
        if (plain) return;
        var encrypted = new SslStream(bare, leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
        stream = encrypted;
        await encrypted.AuthenticateAsClientAsync(host);
    }

    private async Task<int?> TryAskAsync(byte[] request, bool kept)
    {
        var length = 0;
        try
        {
            await stream!.WriteAsync(request);
            while (true)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(length));
                if (read == 0) throw new IOException($"{server} closed the connection after {length} bytes of its answer");
                length += read;
                if (Whole(buffer.AsSpan(0, length)) is not { } status) continue;
                if (buffer.AsSpan(0, length).IndexOf("Connection: close"u8) > 0) Drop();
                return status;
            }
        }
        catch (IOException) when (kept && length == 0)
        {
            return null;
        }
        catch (IOException)
        {
            Drop();
            throw;
        }
    }

    private void Drop()
    {
        stream?.Dispose();
        stream = null;
    }

    private static int? Whole(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0) return null;
        var head = Encoding.ASCII.GetString(answer[..end]);
        var at = head.IndexOf("\r\nContent-Length: ", StringComparison.OrdinalIgnoreCase);
        if (at < 0) throw new IOException($"an answer without Content-Length: {head}");
        var rest = head[(at + 18)..];
        var body = int.Parse(rest.AsSpan(0, rest.IndexOf('\r') is >= 0 and var cut ? cut : rest.Length), CultureInfo.InvariantCulture);
        return answer.Length < end + 4 + body ? null : int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture);
    }
}
