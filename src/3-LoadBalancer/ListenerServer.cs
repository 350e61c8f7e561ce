using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Seam;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>What every listener of a road needs.</summary>
internal sealed record ListenerParts(
    SeamParts Seam, ICertificateChooser Certificates, LoadBalancerService Service, ILoggerFactory Logging);

/// <summary>
/// One listening endpoint of a load balancer, on Kestrel's connection layer: TLS ends here, HTTP/1 goes to our own codec and HTTP/2 to
/// Kestrel's. What it does is read from the running generation at each connection and request, so it outlives generations.
/// </summary>
internal sealed class ListenerServer : IAsyncDisposable
{
    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan NoticePause = TimeSpan.FromSeconds(10);

    private readonly ListenerParts parts;
    private readonly HopServer handler;
    private readonly HopServer plainHttp;
    private readonly List<Http1Server> codecs = [];
    private readonly WebApplication app;
    private readonly CancellationTokenSource draining = new();
    private readonly ILogger log;
    private volatile Http1Server http1;
    private LoadBalancerAttributes attributes;
    private KestrelServerLimits? limits;
    private long noticedAt;

    private ListenerServer(ListenerPlan plan, ListenerParts parts)
    {
        this.parts = parts;
        log = parts.Logging.CreateLogger("Usher.LoadBalancer");
        Bound = plan.Bound;
        Https = plan.Https;
        handler = new HopServer(parts.Service, parts.Seam);
        plainHttp = new HopServer(new PlainHttpHop(parts.Service), parts.Seam);
        attributes = plan.Attributes;
        http1 = Codec();
        app = Build(plan);
    }

    internal IPEndPoint Bound { get; }

    internal bool Https { get; }

    /// <summary>Binds and starts to accept.</summary>
    /// <exception cref="IOException">The port is in use.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The endpoint can't be bound for another reason: a privileged port, an address that isn't ours.</exception>
    internal static async Task<ListenerServer> StartAsync(ListenerPlan plan, ListenerParts parts, CancellationToken cancellationToken)
    {
        var server = new ListenerServer(plan, parts);
        try
        {
            await server.app.StartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes the next generation's timeouts for connections from now on; open HTTP/1 connections keep theirs.</summary>
    internal void Follow(ListenerPlan plan)
    {
        if (plan.Attributes == attributes) return;
        attributes = plan.Attributes;
        http1 = Codec();
        if (limits is not null) limits.KeepAliveTimeout = attributes.IdleTimeout;
    }

    /// <summary>Accepts no more, lets requests in flight end, and cuts what is left when the token fires.</summary>
    internal async Task StopAsync(CancellationToken cancellationToken)
    {
        await draining.CancelAsync();
        await app.StopAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        foreach (var codec in codecs) codec.Dispose();
        draining.Dispose();
    }

    private Http1Server Codec()
    {
        codecs.Add(new Http1Server(new Http1ServerOptions
        {
            IdleTimeout = attributes.IdleTimeout,
            HeadTimeout = attributes.IdleTimeout,
            KeepAliveTimeout = attributes.ClientKeepAlive,
            TimeProvider = parts.Seam.Time,
        }));
        return codecs[^1];
    }

    private WebApplication Build(ListenerPlan plan)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<ILoggerFactory>(new HandshakeFailures(parts.Logging));
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        // Nothing in a listener's pipeline blocks, so that work can go on where the socket's event was taken.
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.AllowAlternateSchemes = true;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.KeepAliveTimeout = attributes.IdleTimeout;
            limits = kestrel.Limits;
            kestrel.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
            kestrel.ResponseHeaderEncodingSelector = _ => System.Text.Encoding.Latin1;
            kestrel.RequestHeaderEncodingSelector = _ => System.Text.Encoding.Latin1;
            kestrel.Listen(plan.Bound, listen => Configure(listen, plan));
        });
        var built = builder.Build();
        built.Run(context => KestrelExchange.RunAsync(context, handler));
        return built;
    }

    private void Configure(ListenOptions listen, ListenerPlan plan)
    {
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        if (!plan.Https)
        {
            listen.Use(_ => connection => http1.RunAsync(connection, handler, draining.Token));
            return;
        }

        listen.Use(next => connection => WithHandshake(connection, next));
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = ChooseAsync,
            HandshakeTimeout = HandshakeLimit,
        });
        listen.Use(next => connection => Secured(connection, next));
    }

    /// <summary>Opens the handshake's record when the connection is accepted; one that fails is recorded too.</summary>
    private async Task WithHandshake(ConnectionContext connection, ConnectionDelegate next)
    {
        var record = new HandshakeRecord
        {
            Connection = new ConnectionId((IPEndPoint)connection.RemoteEndPoint!, (IPEndPoint)connection.LocalEndPoint!),
            AcceptedAt = parts.Seam.Time.GetTimestamp(),
        };
        connection.Features.Set(record);
        connection.Features.Set(new ClientConnection(record.Connection));
        var secure = true;
        try
        {
            if (await HelloAsync(connection, record) is not { } hello) return;
            if (hello.IsHttp)
            {
                // A server that drains answers once and closes.
                secure = false;
                await http1.RunAsync(connection, plainHttp, new CancellationToken(canceled: true));
                return;
            }

            connection.Features.Set(hello);
            HandshakeFailures.Follow(record);
            await next(connection);
        }
        finally
        {
            if (record.DoneAt == 0 && secure)
            {
                record.FailedAt = parts.Seam.Time.GetTimestamp();
                record.Failure ??= "the handshake was not completed: the client closed the connection, or both share no TLS version or cipher";
                parts.Seam.Log.Add(record);
                Notice(record);
            }
        }
    }

    /// <summary>Says that a handshake failed, now and then: a client that tries again and again is not to fill anybody's terminal.</summary>
    private void Notice(HandshakeRecord record)
    {
        if (record.Outcome is not { } outcome) return;
        var last = Volatile.Read(ref noticedAt);
        if (last != 0 && parts.Seam.Time.GetElapsedTime(last, record.FailedAt) < NoticePause) return;
        if (Interlocked.CompareExchange(ref noticedAt, record.FailedAt, last) != last) return;
        log.HandshakeFailed(record.Connection.From, Bound, outcome, record.Failure?.TrimEnd('.') ?? "", (int)NoticePause.TotalSeconds);
    }

    /// <summary>The connection's first message; null when the connection ended or it took too long.</summary>
    private async Task<PeekedHello?> HelloAsync(ConnectionContext connection, HandshakeRecord record)
    {
        using var limit = new CancellationTokenSource(HandshakeLimit, parts.Seam.Time);
        try
        {
            var peeked = await PeekedHello.ReadAsync(connection.Transport.Input, limit.Token);
            (record.Offered, record.ServerName) = (peeked.Offered, peeked.Hello?.ServerName);
            if (!peeked.IsEmpty) return peeked;
            record.Failure = "the client closed the connection before it had sent anything";
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            (record.Outcome, record.Failure) = ("tls.timeout", $"the client had sent no whole ClientHello after {HandshakeLimit.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is ConnectionResetException or ConnectionAbortedException)
        {
            record.Failure = "the connection was reset before the client had sent a whole ClientHello";
        }

        return null;
    }

    private ValueTask<SslServerAuthenticationOptions> ChooseAsync(TlsHandshakeCallbackContext context)
    {
        var generation = parts.Seam.Generations.Current;
        var listener = generation.Find<LoadBalancerSnapshot>()?.ListenerAt(Bound)
            ?? throw new AuthenticationException($"no listener at {Bound}");
        var name = string.IsNullOrEmpty(context.ClientHelloInfo.ServerName) ? null : context.ClientHelloInfo.ServerName;
        var accepted = context.Connection.Features.Get<PeekedHello>()?.Accepted(listener.Tls!.Protocols) ?? CertificateKeys.Any;
        var choice = parts.Certificates.Choose(generation, listener.Arn, name, accepted);
        if (context.Connection.Features.Get<HandshakeRecord>() is { } record) record.Decision = choice.Decision;
        return ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = choice.Context ?? throw new AuthenticationException($"listener {listener.Label} has no certificate"),
            EnabledSslProtocols = listener.Tls!.Protocols,
            ApplicationProtocols = listener.Attributes.Http2
                ? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11]
                : [SslApplicationProtocol.Http11],
        });
    }

    /// <summary>The handshake is done: HTTP/2 goes on in Kestrel, everything else to our own codec.</summary>
    private Task Secured(ConnectionContext connection, ConnectionDelegate next)
    {
        var http2 = connection.Features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol.Span.SequenceEqual("h2"u8) == true;
        if (connection.Features.Get<HandshakeRecord>() is { } record && connection.Features.Get<ISslStreamFeature>()?.SslStream is { } tls)
        {
            HandshakeFailures.Follow(null);
            record.DoneAt = parts.Seam.Time.GetTimestamp();
            record.Version = tls.SslProtocol == System.Security.Authentication.SslProtocols.Tls13 ? "TLSv1.3" : "TLSv1.2";
            record.Cipher = tls.NegotiatedCipherSuite.ToString();
            record.Alpn = tls.NegotiatedApplicationProtocol.Protocol.IsEmpty ? null : tls.NegotiatedApplicationProtocol.ToString();
            parts.Seam.Log.Add(record);
        }

        return http2 ? next(connection) : http1.RunAsync(connection, handler, draining.Token);
    }
}
