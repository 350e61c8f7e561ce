using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>
/// An HTTP hop's listening socket on Kestrel's connection layer, for ports that speak TLS or may come to: TLS ends here, HTTP/1 goes to our own codec and HTTP/2 to Kestrel's.
/// Both lead to the same <see cref="HopServer"/>. What the hop does is read from the running generation at each connection and request, so a front outlives generations.
/// </summary>
public sealed class KestrelFront : IAsyncDisposable
{
    /// <summary>Both an ALB (user guide, Listeners) and nginx (<c>http2_max_concurrent_streams</c>) let a connection have this many requests at a time.</summary>
    private const int Streams = 128;

    /// <summary>A server that drains answers once and closes.</summary>
    private static readonly CancellationToken Once = new(canceled: true);

    private readonly KestrelFrontOptions options;
    private readonly SeamParts parts;
    private readonly HopServer handler;
    private readonly WebApplication app;
    private readonly CancellationTokenSource draining = new();
    private volatile Http1Server http1;
    private KestrelServerLimits? limits;

    private KestrelFront(KestrelFrontOptions options, SeamParts parts)
    {
        (this.options, this.parts, http1) = (options, parts, options.Http1);
        handler = new HopServer(options.Hop, parts);
        app = Build();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Bound => options.Bound;

    /// <summary>Binds and starts to accept.</summary>
    /// <exception cref="IOException">The port is in use.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The endpoint can't be bound for another reason: a privileged port, an address that isn't ours.</exception>
    public static async Task<KestrelFront> StartAsync(KestrelFrontOptions options, SeamParts parts, CancellationToken cancellationToken)
    {
        var front = new KestrelFront(options, parts);
        try
        {
            await front.app.StartAsync(cancellationToken);
            return front;
        }
        catch
        {
            await front.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes another codec and limit for connections from now on; open HTTP/1 connections keep theirs.</summary>
    public void Follow(Http1Server next, TimeSpan keepAlive)
    {
        http1 = next;
        if (limits is not null) limits.KeepAliveTimeout = keepAlive;
    }

    /// <summary>Accepts no more, lets requests in flight end, and cuts what is left when the token fires.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await draining.CancelAsync();
        await app.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        draining.Dispose();
    }

    private WebApplication Build()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(parts.Logging);
        builder.Services.AddSingleton<IConnectionListenerFactory>(services => new SocketListenerFactory(parts.Time, services.GetRequiredService<IMemoryPoolFactory<byte>>()));
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.AllowAlternateSchemes = true;
            kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
            kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
            limits = kestrel.Limits;
            limits.MaxRequestBodySize = null;
            limits.MinRequestBodyDataRate = null;
            limits.MinResponseDataRate = null;
            limits.KeepAliveTimeout = options.KeepAlive;
            limits.MaxRequestHeadersTotalSize = options.HeadBytes;
            limits.Http2.MaxStreamsPerConnection = Streams;
            limits.Http2.MaxRequestHeaderFieldSize = options.FieldBytes;
            kestrel.Listen(options.Bound, Configure);
        });
        var built = builder.Build();
        built.Run(context => KestrelExchange.RunAsync(context, handler, http1.Options));
        return built;
    }

    private void Configure(ListenOptions listen)
    {
        // HTTP/1 never gets as far as Kestrel.
        listen.Protocols = HttpProtocols.Http2;
        if (options.Proxied is { } proxied)
        {
            listen.Use(next => async connection =>
            {
                if (await proxied.ReadAsync((SocketConnection)connection)) await next(connection);
            });
        }

        if (options.Tls is { } end)
        {
            var plain = new HopServer(end.Plain, parts);
            listen.Use(new TlsTermination(end, parts, connection => http1.RunAsync(connection, plain, Once)).Before);
        }
        else if (options.PriorKnowledge)
        {
            listen.Use(next => async connection =>
            {
                var plain = (SocketConnection)connection;
                if (!await PriorKnowledge.LookAsync(plain, parts.Time, draining.Token)) return;
                plain.Open();
                await next(connection);
            });
        }
        else
        {
            listen.Use(next => connection =>
            {
                ((SocketConnection)connection).Open();
                return next(connection);
            });
        }

        listen.Use(next => connection =>
        {
            if (!SpeaksHttp2(connection)) return http1.RunAsync(connection, handler, draining.Token);
            // Our codec waits itself for a client that still sends.
            ((SocketConnection)connection).Lingers = true;
            return next(connection);
        });
    }

    private static bool SpeaksHttp2(ConnectionContext connection) =>
        connection.Features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol.Span.SequenceEqual("h2"u8) == true;
}
