using Microsoft.Extensions.Time.Testing;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Exchanges;

/// <summary>Responses that are sent no faster than so many bytes a second, on a clock that a test moves.</summary>
public sealed class PacedExchangeTests
{
    [Fact]
    public async Task A_response_waits_for_its_time()
    {
        var time = new FakeTimeProvider();
        await using var server = new ExchangeServer(async exchange =>
        {
            var paced = new PacedExchange(exchange, rate: 10, after: 5, time);
            var head = new ResponseHead();
            head.SetStatus(200);
            await paced.StartResponseAsync(head, null, BodyFraming.OfLength(40));
            await paced.WriteBodyAsync(new byte[40]);
            await paced.CompleteAsync();
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadUntilAsync("\r\n\r\n");
        // 5 at any speed, and one second's worth ahead.
        await client.ReadCountAsync(15);
        Assert.Equal("", client.TakeRest());
        await Limit.AdvanceAsync(time, client.ReadCountAsync(25));
        Assert.True(time.GetUtcNow() - time.Start >= TimeSpan.FromSeconds(2.5));
    }
}
