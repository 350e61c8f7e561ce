using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

// A pod's program that misbehaves as it is asked to, byte for byte, on sockets of its own: the last part of the path says how.
var address = IPAddress.Parse(Environment.GetEnvironmentVariable("POD_IP")!);
var port = int.Parse(Environment.GetEnvironmentVariable("PORT")!, System.Globalization.CultureInfo.InvariantCulture);
using var listener = new TcpListener(address, port);
listener.Start();
using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Environment.Exit(0));
while (true) _ = ServeAsync(await listener.AcceptSocketAsync());

static async Task ServeAsync(Socket socket)
{
    using var connection = socket;
    try
    {
        for (var closeNext = false; await HeadAsync(connection) is { } head;)
        {
            // The keep-alive race: the connection was kept, and closes just as the next request comes.
            if (closeNext) return;
            var path = head.Split(' ')[1].Split('?')[0];
            switch (path[(path.LastIndexOf('/') + 1)..])
            {
                case "500":
                    await SendAsync(connection, "500 Internal Server Error", "it broke\n");
                    break;
                case "whoami":
                    // And closes, so that the next request wants a connection, and a choice, of its own.
                    await SendAsync(connection, "200 OK", $"{Environment.GetEnvironmentVariable("POD_NAME")}\n", "Connection: close\r\n");
                    return;
                case "sick":
                    await SendAsync(connection, "503 Service Unavailable", "not today\n");
                    break;
                case "reset":
                    connection.LingerState = new LingerOption(true, 0);
                    return;
                case "close":
                    return;
                case "malformed":
                    await connection.SendAsync(Encoding.ASCII.GetBytes("HELLO there\r\n\r\n"));
                    return;
                case "huge-head":
                    await SendAsync(connection, "200 OK", "ok\n", $"X-Huge: {new string('x', 40_000)}\r\n");
                    return;
                case "short":
                    await connection.SendAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"));
                    return;
                case "hang":
                    await connection.ReceiveAsync(new byte[1]);
                    return;
                case "early":
                    // Answers without reading the body, and closes.
                    await SendAsync(connection, "401 Unauthorized", "who are you?\n", "Connection: close\r\n");
                    connection.Shutdown(SocketShutdown.Send);
                    while (await connection.ReceiveAsync(new byte[65536]) > 0)
                    {
                    }

                    return;
                case "then-close":
                    await SendAsync(connection, "200 OK", "ok\n");
                    closeNext = true;
                    break;
                default:
                    await SendAsync(connection, "200 OK", "ok\n");
                    break;
            }
        }
    }
    catch (SocketException)
    {
        // The client went.
    }
}

// The request's head; null when the client closed. A body is left unread: no request here that is answered twice has one.
static async Task<string?> HeadAsync(Socket socket)
{
    var head = new StringBuilder();
    var buffer = new byte[1];
    while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
    {
        if (await socket.ReceiveAsync(buffer) == 0) return null;
        head.Append((char)buffer[0]);
    }

    return head.ToString();
}

static async Task SendAsync(Socket socket, string status, string body, string headers = "") =>
    await socket.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\n{headers}\r\n{body}"));
