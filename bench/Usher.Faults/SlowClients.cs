using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Usher.Faults;

/// <summary>
/// Clients that keep a server waiting: a third of them never ends its ClientHello, a third never ends a request's head, a third takes nothing of a large answer. One that is cut comes back.
/// </summary>
internal sealed class SlowClients(Uri url, IPEndPoint address)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(4);
    private long open, opened, cut, failed;

    /// <summary>Holds so many connections until the token fires, and says every five seconds how that goes.</summary>
    internal static async Task RunAsync(Uri url, IPEndPoint address, int connections, TextWriter output, CancellationToken stop)
    {
        var slow = new SlowClients(url, address);
        var all = Enumerable.Range(0, connections).Select(n => slow.HoldAsync(n, stop)).ToList();
        while (!stop.IsCancellationRequested)
        {
            await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(5), stop));
            await output.WriteLineAsync($"{slow.open} open, {slow.opened} opened, {slow.cut} cut by the server, {slow.failed} not connected");
        }

        await Task.WhenAll(all);
    }

    private async Task HoldAsync(int number, CancellationToken stop)
    {
        await Task.Yield();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
                await socket.ConnectAsync(address, stop);
                Interlocked.Increment(ref opened);
                Interlocked.Increment(ref open);
                try
                {
                    await using var stream = new NetworkStream(socket);
                    await (number % 3 == 0 ? DribbleHelloAsync(stream, stop) : SpeakAsync(stream, reads: number % 3 == 1, stop));
                }
                finally
                {
                    Interlocked.Decrement(ref open);
                }
            }
            catch (SocketException)
            {
                Interlocked.Increment(ref failed);
                await Task.WhenAny(Task.Delay(Pause, stop));
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
            {
                Interlocked.Increment(ref cut);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>A TLS record that never comes to its end, a byte at a time.</summary>
    private static async Task DribbleHelloAsync(NetworkStream stream, CancellationToken stop)
    {
        foreach (var part in new byte[][] { [0x16], [0x03], [0x01], [0x02], [0x00], [0x01], [0x00] }) await SayAsync(stream, part, stop);
        await WaitForEndAsync(stream, stop);
    }

    private async Task SpeakAsync(NetworkStream stream, bool reads, CancellationToken stop)
    {
        await using var tls = new SslStream(stream, leaveInnerStreamOpen: true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = url.Host, RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null }, stop);
        if (reads)
        {
            foreach (var letter in $"GET /plain/1/1 HTTP/1.1\r\nHost: {url.Host}\r\nX-Slow: {new string('x', 40)}") await SayAsync(tls, Encoding.ASCII.GetBytes([letter]), stop);
            await WaitForEndAsync(tls, stop);
        }
        else
        {
            await tls.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"GET /large/1/2000000 HTTP/1.1\r\nHost: {url.Host}\r\n\r\n")), stop);
            // Takes a little, so that it counts as a client, and too little to be done.
            var one = new byte[1];
            while (await tls.ReadAsync(one, stop) > 0) await Task.Delay(Pause, stop);
            throw new IOException("the server closed");
        }
    }

    private static async Task SayAsync(Stream stream, byte[] part, CancellationToken stop)
    {
        await stream.WriteAsync(part, stop);
        await Task.Delay(Pause, stop);
    }

    private static async Task WaitForEndAsync(Stream stream, CancellationToken stop)
    {
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, stop) > 0)
        {
        }

        throw new IOException("the server closed");
    }
}
