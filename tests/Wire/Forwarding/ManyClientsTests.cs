using System.Text;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Forwarding;

public class ManyClientsTests
{
    [Fact]
    public async Task Each_of_many_clients_gets_its_own_answers()
    {
        await using var upstream = new ExchangeServer(async exchange =>
        {
            var body = new StringBuilder();
            for (var completed = false; !completed;)
            {
                var result = await exchange.ReadBodyAsync();
                body.Append(Encoding.ASCII.GetString(result.Buffer));
                completed = result.IsCompleted;
                exchange.AdvanceBody(result.Buffer.End, result.Buffer.End);
            }

            await exchange.RespondAsync(200, "text/plain", $"{Encoding.ASCII.GetString(exchange.Request.Path)} {body}");
        });
        await using var proxy = new Proxy(new UpstreamKey(upstream.EndPoint));
        await Task.WhenAll(Enumerable.Range(0, 32).Select(async client =>
        {
            var random = new Random(client);
            using var peer = await proxy.ConnectAsync();
            for (var i = 0; i < 100; i++)
            {
                var body = new string((char)('a' + random.Next(26)), random.Next(1, 3000));
                var framed = random.Next(2) == 0
                    ? $"Content-Length: {body.Length}\r\n\r\n{body}"
                    : $"Transfer-Encoding: chunked\r\n\r\n{body.Length:x}\r\n{body}\r\n0\r\n\r\n";
                await peer.SendAsync($"POST /{client}/{i} HTTP/1.1\r\nHost: a\r\n{framed}");
                Assert.EndsWith($"\r\n\r\n/{client}/{i} {body}", await peer.ReadMessageAsync(), StringComparison.Ordinal);
            }
        }));
        Assert.All(proxy.Results, result => Assert.Equal(ForwardOutcome.Completed, result.Outcome));
        Assert.InRange(upstream.Connections, 1, 32);
    }
}
