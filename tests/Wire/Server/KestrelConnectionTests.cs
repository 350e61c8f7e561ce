using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Server;

/// <summary>Our HTTP/1 server as Kestrel's raw connection handler, behind its TLS.</summary>
public sealed class KestrelConnectionTests : IExchangeHandler, IAsyncLifetime
{
    private readonly Http1Server _server = new();
    private readonly X509Certificate2 _certificate = SelfSigned();
    private WebApplication _app = null!;
    private IPEndPoint _endPoint = null!;
    private Func<HttpExchange, Task> _handle = static exchange => exchange.RespondAsync(200, "text/plain", "hi").AsTask();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.UseHttps(_certificate);
            listen.Run(connection => _server.RunAsync(connection, this, default));
        }));
        _app = builder.Build();
        await _app.StartAsync();
        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        _endPoint = new IPEndPoint(IPAddress.Loopback, new Uri(address).Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
    }

    public async ValueTask HandleAsync(HttpExchange exchange) => await _handle(exchange);

    [Fact]
    public async Task Requests_come_through_tls_with_its_features()
    {
        var protocol = default(SslProtocols);
        _handle = exchange =>
        {
            protocol = exchange.Features.Get<ITlsHandshakeFeature>()!.Protocol;
            return exchange.RespondAsync(200, "text/plain", "hi").AsTask();
        };
        await using var client = await ConnectAsync();
        for (var i = 0; i < 3; i++) Assert.EndsWith("hi", await AskAsync(client, "hi"), StringComparison.Ordinal);
        Assert.Equal(SslProtocols.Tls13, protocol);
    }

    [Fact]
    public async Task Kestrels_stop_closes_idle_connections()
    {
        await using var client = await ConnectAsync();
        await AskAsync(client, "hi");
        var stopping = _app.StopAsync();
        Assert.Equal(0, await client.ReadAsync(new byte[1]).AsTask().WaitAsync(Limit.Wait));
        await stopping.WaitAsync(Limit.Wait);
    }

    [Fact]
    public async Task Kestrels_stop_waits_for_the_response_under_way()
    {
        var begun = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var asked = CancellationToken.None;
        _handle = async exchange =>
        {
            asked = exchange.Features.Get<IConnectionLifetimeNotificationFeature>()!.ConnectionClosedRequested;
            begun.SetResult();
            await go.Task;
            await exchange.RespondAsync(200, "text/plain", "late");
        };
        await using var client = await ConnectAsync();
        var asking = AskAsync(client, "late");
        await begun.Task.WaitAsync(Limit.Wait);
        var stopping = _app.StopAsync();
        await Limit.UntilAsync(() => asked.IsCancellationRequested);
        go.SetResult();
        Assert.Contains("Connection: close", await asking, StringComparison.Ordinal);
        await stopping.WaitAsync(Limit.Wait);
    }

    [Fact]
    public async Task A_client_that_goes_is_noticed_through_tls()
    {
        var begun = new TaskCompletionSource();
        var gone = new TaskCompletionSource();
        _handle = async exchange =>
        {
            await using var registration = exchange.ClientGone.Register(gone.SetResult);
            begun.SetResult();
            await gone.Task;
        };
        var client = await ConnectAsync();
        await client.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        await begun.Task.WaitAsync(Limit.Wait);
        await client.DisposeAsync();
        await gone.Task.WaitAsync(Limit.Wait);
    }

    [Fact]
    public async Task An_early_response_reaches_a_client_that_goes_on_sending()
    {
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadUntilAsync("\r\n\r\n");
            await peer.SendAsync("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
            await peer.ReadErrorAsync();
        });
        using var pool = new UpstreamPool();
        _handle = async exchange => await Forwarder.ForwardAsync(exchange, pool, upstream.Key, null, null, new ForwardOptions());
        await using var client = await ConnectAsync();
        await client.WriteAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n"u8.ToArray());
        for (var i = 0; i < 30; i++) await client.WriteAsync(new byte[100_000]);
        Assert.Contains("413 Too Large", await ReadAsync(client, "\r\n\r\nno"), StringComparison.Ordinal);
    }

    private static async Task<string> AskAsync(SslStream client, string end)
    {
        await client.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        return await ReadAsync(client, end);
    }

    private static async Task<string> ReadAsync(SslStream client, string end)
    {
        var text = "";
        var buffer = new byte[4096];
        while (!text.EndsWith(end, StringComparison.Ordinal))
        {
            var read = await client.ReadAsync(buffer).AsTask().WaitAsync(Limit.Wait);
            if (read == 0) throw new IOException("The connection ended after: " + text);
            text += Encoding.ASCII.GetString(buffer, 0, read);
        }

        return text;
    }

    private async Task<SslStream> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_endPoint);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "a.example",
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { _certificate },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        });
        return stream;
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return TestCertificates.SelfSigned(key, "a.example");
    }
}
