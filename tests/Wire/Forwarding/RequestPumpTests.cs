using System.Net;
using System.Net.Sockets;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Forwarding;

public sealed class RequestPumpTests
{
    /// <summary>What was read ahead of a client's body can't be sent any more while the next read waits: nobody would end that read but the pump.</summary>
    [Fact]
    public async Task A_request_that_cant_be_sent_leaves_no_read_behind_and_its_client_gets_the_answer()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var server = new ExchangeServer(async exchange =>
        {
            var key = new UpstreamKey((IPEndPoint)listener.LocalEndpoint);
            using var connection = new UpstreamConnection(1, key, DialedUpstream.To(await TcpDialer.ConnectAsync(key, Limit.Wait, TimeProvider.System, TestContext.Current.CancellationToken)), TimeProvider.System);
            connection.Cut(CutReason.RequestFailed);
            var pump = new RequestPump(connection);
            pump.Begin(new ForwardRequest(exchange, null, null, new ForwardOptions(), null, CancellationToken.None), upgrade: false);
            await pump.RunAsync(edits: null);
            await exchange.RespondAsync(200, "text/plain", "early");
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");

        Assert.EndsWith("early", await client.ReadMessageAsync(), StringComparison.Ordinal);
        // It may send the rest, and isn't reset.
        for (var i = 0; i < 10; i++) await client.SendAsync(new byte[100_000]);
        client.EndSending();
        Assert.Equal("", await client.ReadToEndAsync());
        Assert.Null(server.Error);
    }
}
