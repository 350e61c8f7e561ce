using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Shop.Users.Tests;

public sealed class StopTests
{
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(10);

    private const string Body = """{"name":"Late","email":"late@example.com"}""";

    [Fact]
    public async Task SIGTERM_lets_a_request_in_flight_end_and_sends_its_spans()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        // A batch that never leaves by itself: only the flush sends it.
        await using var shop = await ShopProcess.StartReadyAsync(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url), ("OTEL_BSP_SCHEDULE_DELAY", "600000"));
        using var request = await BeginPostAsync(shop);

        shop.Terminate();
        await Wait.UntilAsync("nobody new is let in", async () => !await ConnectsAsync(shop.Url));
        await request.SendAsync(Encoding.UTF8.GetBytes(Body));
        Assert.StartsWith("HTTP/1.1 201 ", await ReceiveAsync(request), StringComparison.Ordinal);
        Assert.Equal(0, await shop.ExitCodeAsync());
        Assert.True(collector.Holds("POST /v1/users"));
        Assert.True(collector.Holds("INSERT users"));
        Assert.Equal("", shop.Errors);
    }

    [Fact]
    public async Task Neither_a_hanging_request_nor_a_hanging_collector_outlasts_the_grace_period()
    {
        using var collector = new TcpListener(IPAddress.Loopback, 0);
        collector.Start();
        await using var shop = await ShopProcess.StartReadyAsync(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://{collector.LocalEndpoint}"), ("OTEL_BSP_SCHEDULE_DELAY", "600000"));
        using var list = await shop.Client.GetAsync("/v1/users");
        using var request = await BeginPostAsync(shop);

        shop.Terminate();

        // It ends by itself; how soon is the sum of what it waits for, and a busy machine's own.
        Assert.Equal(0, await shop.ExitCodeAsync());
        Assert.True(UsersApp.DrainTimeout + UsersApp.FlushTimeout < GracePeriod);
    }

    // The server asks for the body, so the request is in the handler's hands.
    private static async Task<Socket> BeginPostAsync(ShopProcess shop)
    {
        var socket = await OpenAsync(shop.Url);
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST /v1/users HTTP/1.1\r\nHost: {shop.Url.Authority}\r\nContent-Type: application/json\r\n"
            + $"Content-Length: {Body.Length}\r\nExpect: 100-continue\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 100 ", await ReceiveAsync(socket), StringComparison.Ordinal);
        return socket;
    }

    private static async Task<Socket> OpenAsync(Uri url)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Parse(url.Host), url.Port);
        return socket;
    }

    private static async Task<bool> ConnectsAsync(Uri url)
    {
        try
        {
            using var socket = await OpenAsync(url);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        var buffer = new byte[4096];
        var count = await Wait.ForAsync("an answer", socket.ReceiveAsync(buffer));
        return Encoding.ASCII.GetString(buffer, 0, count);
    }
}
