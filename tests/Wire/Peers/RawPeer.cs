using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Usher.Wire.Tests.Peers;

/// <summary>One end of a TCP connection that sends and reads plain text, byte for byte.</summary>
internal sealed class RawPeer(Socket socket) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly StringBuilder _text = new();

    public Socket Socket => socket;

    public IPEndPoint LocalEndPoint => (IPEndPoint)socket.LocalEndPoint!;

    public static async Task<RawPeer> ConnectAsync(IPEndPoint endPoint, int? receiveBuffer = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } size) socket.ReceiveBufferSize = size;
        await socket.ConnectAsync(endPoint);
        return new RawPeer(socket);
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> data)
    {
        using var limit = new CancellationTokenSource(Limit.Wait);
        while (!data.IsEmpty) data = data[await socket.SendAsync(data, limit.Token)..];
    }

    /// <summary>Reads until the text ends so; returns all of it up to there.</summary>
    public async Task<string> ReadUntilAsync(string end)
    {
        while (true)
        {
            var text = _text.ToString();
            var at = text.IndexOf(end, StringComparison.Ordinal);
            if (at >= 0)
            {
                _text.Remove(0, at + end.Length);
                return text[..(at + end.Length)];
            }

            if (await ReceiveAsync() == 0) throw new IOException($"The connection ended after: {text}");
        }
    }

    /// <summary>What was read already beyond what was asked for.</summary>
    public string TakeRest()
    {
        var text = _text.ToString();
        _text.Clear();
        return text;
    }

    public async Task<string> ReadCountAsync(int count)
    {
        while (_text.Length < count)
            if (await ReceiveAsync() == 0) throw new IOException($"The connection ended after: {_text}");
        var text = _text.ToString(0, count);
        _text.Remove(0, count);
        return text;
    }

    /// <summary>Reads until the peer ends the stream; a reset throws.</summary>
    public async Task<string> ReadToEndAsync()
    {
        while (await ReceiveAsync() > 0)
        {
        }

        var text = _text.ToString();
        _text.Clear();
        return text;
    }

    /// <summary>Reads one message with a head and a body framed by length or chunks; returns it raw.</summary>
    public async Task<string> ReadMessageAsync(bool bodyless = false)
    {
        var head = await ReadUntilAsync("\r\n\r\n");
        if (bodyless) return head;
        var length = Header(head, "Content-Length");
        if (length is not null) return head + await ReadCountAsync(int.Parse(length, CultureInfo.InvariantCulture));
        if (Header(head, "Transfer-Encoding") is null) return head;
        var body = await ReadUntilAsync("0\r\n\r\n");
        return head + body;
    }

    /// <summary>True when the peer closes without reset and without sending anything more.</summary>
    public async Task<bool> IsClosedAsync() => await ReadToEndAsync() == "";

    public async Task<SocketError> ReadErrorAsync()
    {
        try
        {
            while (await ReceiveAsync() > 0)
            {
            }

            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    public void EndSending() => socket.Shutdown(SocketShutdown.Send);

    public void Reset() => TcpDialer.Reset(socket);

    public void Dispose() => socket.Dispose();

    private static string? Header(string head, string name) => head.Split("\r\n")
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 1)..].Trim()).FirstOrDefault();

    private async Task<int> ReceiveAsync()
    {
        using var limit = new CancellationTokenSource(Limit.Wait);
        var received = await socket.ReceiveAsync(_buffer.AsMemory(), limit.Token);
        _text.Append(Encoding.Latin1.GetString(_buffer, 0, received));
        return received;
    }
}
