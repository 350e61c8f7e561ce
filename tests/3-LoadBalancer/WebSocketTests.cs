using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Usher.Seam.Tests.Peers;
using Usher.Wire.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>WebSockets through the load balancer, with real clients and a real server.</summary>
public sealed class WebSocketTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ws")]
    [InlineData("wss")]
    public async Task Many_messages_and_big_frames_come_back_and_the_journey_tells_what_was_carried(string scheme)
    {
        await using var rig = await RunAsync(scheme == "wss");
        await using var server = await WebSocketServer.StartAsync(rig.Node(1));
        using var client = await ConnectAsync(rig, $"{scheme}://a.example.com/echo");
        for (var i = 0; i < 500; i++)
        {
            await SendAsync(client, $"message {i}");
            Assert.Equal($"message {i}", await ReceiveAsync(client));
        }

        var big = new string('x', 3 * 1024 * 1024);
        var sending = SendAsync(client, big);
        Assert.Equal(big, await ReceiveAsync(client));
        await sending;
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", Stop);
        Assert.Equal("closed by the client: 1000", await server.Ended.WaitAsync(Limit.Wait, Stop));
        Assert.Equal(scheme == "wss" ? "https" : "http", server.Proto);

        var record = await rig.Journal.RequestAsync();
        Assert.Equal((101, 101, null, "closed: it had been upgraded"), (record.Status, record.UpstreamStatus, record.Outcome, record.UpstreamFate));
        var upgrade = record.Upgrade!;
        Assert.Equal("websocket", upgrade.Protocol);
        Assert.Contains(upgrade.ClosedBy, (string[])["upstream: closed", "client: closed"]);
        Assert.True(upgrade.BytesUp > big.Length && upgrade.BytesDown > big.Length && upgrade.ClosedAt > upgrade.OpenedAt);
        Assert.True(record.RequestBytes > upgrade.BytesUp && record.ResponseBytes > upgrade.BytesDown);
        await Limit.UntilAsync(() => rig.Report("i-0a1:30080").Outstanding == 0);
    }

    [Fact]
    public async Task A_server_that_closes_is_told_apart()
    {
        await using var rig = await RunAsync();
        await using var server = await WebSocketServer.StartAsync(rig.Node(1));
        using var client = await ConnectAsync(rig, "ws://a.example.com/bye");
        await SendAsync(client, "hello");
        Assert.Equal("hello", await ReceiveAsync(client));
        Assert.Equal("(closed 1001 going away)", await ReceiveAsync(client));
        await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Stop);
        Assert.Equal("closed by the server", await server.Ended.WaitAsync(Limit.Wait, Stop));
        Assert.Equal(101, (await rig.Journal.RequestAsync()).Status);
    }

    [Fact]
    public async Task A_target_that_cuts_the_connection_cuts_the_client()
    {
        await using var rig = await RunAsync();
        await using var server = await WebSocketServer.StartAsync(rig.Node(1));
        using var client = await ConnectAsync(rig, "ws://a.example.com/abort");
        await SendAsync(client, "hello");
        await Assert.ThrowsAsync<WebSocketException>(() => ReceiveAsync(client));
        Assert.StartsWith("upstream: ", (await rig.Journal.RequestAsync()).Upgrade!.ClosedBy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_vanishes_is_noticed_by_the_target()
    {
        await using var rig = await RunAsync();
        await using var server = await WebSocketServer.StartAsync(rig.Node(1));
        using (var client = await ConnectAsync(rig, "ws://a.example.com/echo"))
        {
            await SendAsync(client, "hello");
            await ReceiveAsync(client);
            client.Abort();
        }

        Assert.Equal("cut", await server.Ended.WaitAsync(Limit.Wait, Stop));
        Assert.StartsWith("client: ", (await rig.Journal.RequestAsync()).Upgrade!.ClosedBy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silence_for_the_idle_timeout_closes_it()
    {
        // Long enough for what comes before the silence on a busy machine.
        await using var rig = await Rig.RunAsync(r => r.Edge(("idle_timeout.timeout_seconds", "4")).Group("web", ["i-0a1"]).Listener(80, Forward("web")));
        await using var server = await WebSocketServer.StartAsync(rig.Node(1));
        using var client = await ConnectAsync(rig, "ws://a.example.com/echo");
        await SendAsync(client, "hello");
        await ReceiveAsync(client);
        await Assert.ThrowsAsync<WebSocketException>(() => ReceiveAsync(client));
        Assert.Equal("cut", await server.Ended.WaitAsync(Limit.Wait, Stop));
        Assert.Equal("idle timeout", (await rig.Journal.RequestAsync()).Upgrade!.ClosedBy);
    }

    [Fact]
    public async Task A_listener_that_is_taken_away_closes_its_WebSockets()
    {
        await using var rig = await RunAsync();
        await using var server = await WebSocketServer.StartAsync(rig.Node(1));
        using var client = await ConnectAsync(rig, "ws://a.example.com/echo");
        await SendAsync(client, "hello");
        await ReceiveAsync(client);
        await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1"]).Listener(81, Forward("web")));
        await Assert.ThrowsAsync<WebSocketException>(() => ReceiveAsync(client));
        Assert.Equal("cut when the road stopped or changed", (await rig.Journal.RequestAsync()).Upgrade!.ClosedBy);
    }

    [Fact]
    public async Task A_target_that_does_not_upgrade_answers_as_ever()
    {
        await using var rig = await RunAsync();
        await using var target = Backend.Answering("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 4\r\n\r\nnope", rig.Node(1));
        using var client = await rig.ConnectAsync();
        for (var i = 1; i <= 2; i++)
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 426 ", await client.ReadMessageAsync(), StringComparison.Ordinal);
            var record = await rig.Journal.RequestAsync(i);
            Assert.Equal((426, null, "kept", "kept"), (record.Status, record.Upgrade, record.UpstreamFate, record.DownstreamFate));
        }
    }

    [Fact]
    public async Task Pythons_client_is_served()
    {
        await using var rig = await RunAsync();
        await using var server = await WebSocketServer.StartAsync(rig.Node(1));
        var (code, output) = await Run.ProgramAsync("/usr/bin/python3", "-c", $"""
            import asyncio, websockets
            async def main():
                async with websockets.connect("ws://{rig.Http}/echo", max_size=None) as ws:
                    for i in range(200):
                        await ws.send("m%d" % i)
                        assert await ws.recv() == "m%d" % i
                    await ws.send("y" * 2000000)
                    assert len(await ws.recv()) == 2000000
                    await (await ws.ping())
                print("closed", ws.close_code)
            asyncio.run(main())
            """);
        Assert.Equal((0, "closed 1000\n"), (code, output));
        Assert.Equal("closed by the client: 1000", await server.Ended.WaitAsync(Limit.Wait, Stop));
    }

    private static Task<Rig> RunAsync(bool secure = false) =>
        Rig.RunAsync(r => r.Edge().Group("web", ["i-0a1"]).Listener(secure ? 443 : 80, Forward("web"), secure ? "HTTPS" : "HTTP"));

    private static async Task<ClientWebSocket> ConnectAsync(Rig rig, string url)
    {
        var client = new ClientWebSocket();
        client.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == rig.Certificates.Thumbprint },
            ConnectCallback = async (_, stop) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(url.StartsWith("wss", StringComparison.Ordinal) ? rig.Https : rig.Http, stop);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        await client.ConnectAsync(new Uri(url), invoker, Stop);
        return client;
    }

    private static Task SendAsync(ClientWebSocket client, string text) =>
        client.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, Stop);

    /// <summary>A whole message, or how the server closed.</summary>
    private static async Task<string> ReceiveAsync(ClientWebSocket client)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(Limit.Wait);
        var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var read = await client.ReceiveAsync(buffer.AsMemory(), limit.Token);
            if (read.MessageType == WebSocketMessageType.Close) return $"(closed {(int?)client.CloseStatus} {client.CloseStatusDescription})";
            message.Write(buffer, 0, read.Count);
            if (read.EndOfMessage) return Encoding.UTF8.GetString(message.ToArray());
        }
    }
}
