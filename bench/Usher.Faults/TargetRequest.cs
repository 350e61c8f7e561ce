using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Usher.Faults;

/// <summary>One connection of the target's, and the request that it reads from it.</summary>
internal sealed class TargetRequest(Socket socket) : IDisposable
{
    private readonly byte[] buffer = new byte[64 * 1024];
    private int start, end;
    private long bodyLength;
    private bool chunked;

    internal string Path { get; private set; } = "";

    internal string Host { get; private set; } = "";

    public void Dispose() => socket.Dispose();

    /// <summary>False when the client has ended.</summary>
    internal async Task<bool> ReadHeadAsync(CancellationToken stop)
    {
        int length;
        while ((length = buffer.AsSpan(start, end - start).IndexOf("\r\n\r\n"u8)) < 0)
            if (!await ReceiveAsync(stop)) return false;
        var lines = Encoding.Latin1.GetString(buffer, start, length).Split("\r\n");
        start += length + 4;
        Path = lines[0].Split(' ')[1];
        Host = Header(lines, "Host") ?? "";
        chunked = Header(lines, "Transfer-Encoding") is not null;
        bodyLength = long.Parse(Header(lines, "Content-Length") ?? "0", CultureInfo.InvariantCulture);
        return true;
    }

    /// <summary>The request's whole body, in whichever framing it came.</summary>
    internal async Task<byte[]> ReadBodyAsync(CancellationToken stop)
    {
        var body = new MemoryStream();
        if (!chunked) await TakeAsync(body, bodyLength, stop);
        while (chunked)
        {
            var size = long.Parse(await LineAsync(stop), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            await TakeAsync(body, size, stop);
            await LineAsync(stop);
            if (size == 0) break;
        }

        return body.ToArray();
    }

    internal async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        for (var sent = 0; sent < bytes.Length;) sent += await socket.SendAsync(bytes[sent..], stop);
    }

    internal async Task SendAsync(ReadOnlyMemory<byte> head, byte[] body, CancellationToken stop)
    {
        var all = new byte[head.Length + body.Length];
        head.CopyTo(all);
        body.CopyTo(all, head.Length);
        await SendAsync(all, stop);
    }

    internal void EndSending() => socket.Shutdown(SocketShutdown.Send);

    internal void Reset() => socket.LingerState = new LingerOption(true, 0);

    /// <summary>Reads and drops until the client ends.</summary>
    internal async Task DrainAsync(CancellationToken stop)
    {
        while (await socket.ReceiveAsync(buffer.AsMemory(), stop) > 0)
        {
        }
    }

    /// <summary>Reads nothing, and answers nothing, until the client has gone: data of a request's body fills every buffer on the way.</summary>
    internal async Task GoneAsync(CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        while (!socket.Poll(0, SelectMode.SelectError) && !(bodyLength == 0 && socket.Poll(0, SelectMode.SelectRead))) await Task.Delay(50, limit.Token);
    }

    private static string? Header(string[] lines, string name) =>
        lines.Where(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).Select(l => l[(name.Length + 1)..].Trim()).FirstOrDefault();

    private async Task TakeAsync(MemoryStream body, long count, CancellationToken stop)
    {
        while (count > 0)
        {
            if (start == end && !await ReceiveAsync(stop)) throw new SocketException((int)SocketError.ConnectionReset);
            var some = (int)Math.Min(count, end - start);
            body.Write(buffer, start, some);
            start += some;
            count -= some;
        }
    }

    private async Task<string> LineAsync(CancellationToken stop)
    {
        int length;
        while ((length = buffer.AsSpan(start, end - start).IndexOf("\r\n"u8)) < 0)
            if (!await ReceiveAsync(stop)) throw new SocketException((int)SocketError.ConnectionReset);
        var line = Encoding.Latin1.GetString(buffer, start, length);
        start += length + 2;
        return line;
    }

    /// <summary>False at the end of what the client sends.</summary>
    private async Task<bool> ReceiveAsync(CancellationToken stop)
    {
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        (start, end) = (0, end - start);
        var received = await socket.ReceiveAsync(buffer.AsMemory(end), stop);
        end += received;
        return received > 0;
    }
}
