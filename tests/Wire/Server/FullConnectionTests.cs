using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Server;

/// <summary>A client of HTTP/2 that gives all the window there is, and reads nothing: the connection is full, and not even a reset of the stream gets through.</summary>
public sealed class FullConnectionTests : IExchangeHandler
{
    private readonly TaskCompletionSource<ExchangeException> failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async ValueTask HandleAsync(HttpExchange exchange) =>
        failed.SetResult(await Assert.ThrowsAsync<ExchangeException>(() => exchange.RespondAsync(200, [], new byte[64 << 20]).AsTask()));

    [Fact]
    public async Task It_ends_with_the_idle_timeout_and_what_is_allowed_for_a_farewell()
    {
        var time = new FakeTimeProvider();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Limits.MinResponseDataRate = null;
            options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        await using var app = builder.Build();
        app.Run(context => KestrelExchange.RunAsync(context, this, new Http1ServerOptions { TimeProvider = time }));
        await app.StartAsync(TestContext.Current.CancellationToken);
        var port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 8192 };
        await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);

        // RFC 9113: the preface; SETTINGS with the largest initial window; a WINDOW_UPDATE for the connection; HEADERS: GET http / of host a.
        await client.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await client.SendAsync(new byte[] { 0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0x7f, 0xff, 0xff, 0xff }, TestContext.Current.CancellationToken);
        await client.SendAsync(new byte[] { 0, 0, 4, 8, 0, 0, 0, 0, 0, 0x7f, 0xfe, 0, 0 }, TestContext.Current.CancellationToken);
        await client.SendAsync(new byte[] { 0, 0, 6, 1, 5, 0, 0, 0, 1, 0x82, 0x86, 0x84, 0x41, 1, (byte)'a' }, TestContext.Current.CancellationToken);

        Assert.Equal(HttpViolation.IdleTimeout, (await Limit.AdvanceAsync(time, failed.Task)).Violation);
    }
}
