using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Usher.Faults;

/// <summary>Serves <c>/KIND/ID/SIZE</c> byte for byte as the kind wants it, on sockets of its own.</summary>
internal static class Target
{
    /// <summary>Nobody sees this but a client that got what wasn't its own.</summary>
    private static readonly byte[] Extra = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 8\r\nX-Id: stranger\r\n\r\nstranger");

    internal static async Task RunAsync(IPEndPoint at, TimeProvider time, CancellationToken stop)
    {
        using var listener = new TcpListener(at);
        listener.Start(1024);
        while (true) _ = ServeAsync(await listener.AcceptSocketAsync(stop), time, stop);
    }

    private static async Task ServeAsync(Socket socket, TimeProvider time, CancellationToken stop)
    {
        using var request = new TargetRequest(socket);
        try
        {
            while (await request.ReadHeadAsync(stop) && await AnswerAsync(request, time, stop))
            {
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went, or the end came.
        }
    }

    /// <summary>Answers one request; whether the connection may have another.</summary>
    private static async Task<bool> AnswerAsync(TargetRequest request, TimeProvider time, CancellationToken stop)
    {
        if (request.Path == "/healthz")
        {
            await request.SendAsync(Head(request, Health.Of(request.Host, time) ? "200 OK" : "503 Service Unavailable", "Content-Length: 0"), stop);
            return true;
        }

        if (request.Path.Split('/') is not ["", var kind, var idText, var sizeText] || !long.TryParse(idText, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var id)
            || !int.TryParse(sizeText, CultureInfo.InvariantCulture, out var size))
        {
            await request.SendAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), stop);
            return true;
        }

        var body = UniqueBody.Of(id, size);
        var length = $"Content-Length: {size}";
        switch (kind)
        {
            case "early":
                await request.SendAsync(Head(request, "200 OK", $"{length}\r\nConnection: close"), body, stop);
                request.EndSending();
                await request.DrainAsync(stop);
                return false;
            case "half-open" or "silent":
                await request.GoneAsync(stop);
                return false;
            case "reset":
                request.Reset();
                return false;
            case "close":
                return false;
            case "malformed":
                await request.SendAsync("HELLO there\r\n\r\n"u8.ToArray(), stop);
                return false;
            case "reset-in-head":
                await request.SendAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nX-Half: a li"), stop);
                request.Reset();
                return false;
        }

        // A request whose body is wrong is answered so that its client has to see it.
        var whole = await request.ReadBodyAsync(stop);
        if (!UniqueBody.Begins(whole, id)) body = Encoding.ASCII.GetBytes("the request's body isn't its own");
        length = $"Content-Length: {body.Length}";
        switch (kind)
        {
            case "chunked":
                await request.SendAsync(Head(request, "200 OK", "Transfer-Encoding: chunked"), stop);
                foreach (var piece in body.Chunk(7_000))
                    await request.SendAsync((byte[])[.. Encoding.ASCII.GetBytes($"{piece.Length:x}\r\n"), .. piece, .. "\r\n"u8], stop);
                await request.SendAsync("0\r\n\r\n"u8.ToArray(), stop);
                return true;
            case "slow":
                await request.SendAsync(Head(request, "200 OK", length), stop);
                foreach (var piece in body.Chunk(Math.Max(1, body.Length / 5)))
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(100), time, stop);
                    await request.SendAsync(piece, stop);
                }

                return true;
            case "last":
                await request.SendAsync(Head(request, "200 OK", $"{length}\r\nConnection: close"), body, stop);
                return false;
            case "extra":
                await request.SendAsync(Head(request, "200 OK", length), (byte[])[.. body, .. Extra], stop);
                return false;
            case "until-close":
                await request.SendAsync(Head(request, "200 OK", "Connection: close"), body, stop);
                return false;
            case "reset-in-body" or "close-in-body":
                await request.SendAsync(Head(request, "200 OK", length), body[..(size / 2)], stop);
                if (kind == "reset-in-body") request.Reset();
                return false;
            default:
                await request.SendAsync(Head(request, "200 OK", length), body, stop);
                return true;
        }
    }

    private static byte[] Head(TargetRequest request, string status, string headers) =>
        Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nX-Path: {request.Path}\r\n{headers}\r\n\r\n");
}
