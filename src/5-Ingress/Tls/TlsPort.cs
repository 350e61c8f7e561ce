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
using Microsoft.Extensions.Logging.Abstractions;
using Usher.Model.Journeys;
using Usher.Seam;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>
/// A controller pod's HTTPS port, on Kestrel's connection layer: TLS ends here, HTTP/1 goes to our own codec and HTTP/2 to Kestrel's. Which certificate is shown is
/// read from the running generation at each handshake, so it outlives generations.
/// </summary>
internal sealed class TlsPort : IAsyncDisposable
{
    /// <summary><c>client_header_timeout</c>, within which the handshake has to be done.</summary>
    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(60);

    private readonly IPEndPoint bound;
    private readonly SeamParts parts;
    private readonly Http1Server http1;
    private readonly HopServer handler;
    private readonly HopServer plain;
    private readonly CancellationTokenSource draining = new();
    private readonly WebApplication app;

    private TlsPort(IPEndPoint bound, IHttpHop service, Http1Server http1, SeamParts parts)
    {
        (this.bound, this.parts, this.http1) = (bound, parts, http1);
        handler = new HopServer(service, parts);
        plain = new HopServer(new PlainOnHttps(), parts);
        app = Build();
    }

    /// <summary>Binds and starts to accept.</summary>
    /// <exception cref="IOException">The port is in use.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The endpoint can't be bound for another reason.</exception>
    internal static async Task<TlsPort> StartAsync(IPEndPoint bound, IHttpHop service, Http1Server http1, SeamParts parts, CancellationToken cancellationToken)
    {
        var port = new TlsPort(bound, service, http1, parts);
        try
        {
            await port.app.StartAsync(cancellationToken);
            return port;
        }
        catch
        {
            await port.DisposeAsync();
            throw;
        }
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
        draining.Dispose();
    }

    private WebApplication Build()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        // Handshakes that fail are in the record, not in a log.
        builder.Services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.AllowAlternateSchemes = true;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(75);
            kestrel.Limits.MaxRequestHeadersTotalSize = 33 * 1024;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 128;
            kestrel.ResponseHeaderEncodingSelector = _ => System.Text.Encoding.Latin1;
            kestrel.RequestHeaderEncodingSelector = _ => System.Text.Encoding.Latin1;
            kestrel.Listen(bound, Configure);
        });
        var built = builder.Build();
        built.Run(context => KestrelExchange.RunAsync(context, handler));
        return built;
    }

    private void Configure(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.Use(next => connection => AcceptAsync(connection, next));
        listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = ChooseAsync, HandshakeTimeout = HandshakeLimit });
        listen.Use(next => connection => SecuredAsync(connection, next));
    }

    /// <summary>What doesn't begin with a handshake is answered in the plain, as nginx does. A handshake that fails is recorded.</summary>
    private async Task AcceptAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var record = new HandshakeRecord
        {
            Connection = new ConnectionId((IPEndPoint)connection.RemoteEndPoint!, (IPEndPoint)connection.LocalEndPoint!),
            AcceptedAt = parts.Time.GetTimestamp(),
        };
        connection.Features.Set(record);
        connection.Features.Set(new ClientConnection(record.Connection));
        if (await SpeaksPlainlyAsync(connection))
        {
            await http1.RunAsync(connection, plain, draining.Token);
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            if (record.DoneAt == 0)
            {
                record.Failure ??= "the handshake with the ingress was not completed: the client closed the connection, or both share no TLS version or cipher";
                parts.Log.Add(record);
            }
        }
    }

    /// <summary>Looks at the first byte, and takes nothing away.</summary>
    private async ValueTask<bool> SpeaksPlainlyAsync(ConnectionContext connection)
    {
        using var limit = new CancellationTokenSource(HandshakeLimit, parts.Time);
        try
        {
            var read = await connection.Transport.Input.ReadAsync(limit.Token);
            var speaks = !read.Buffer.IsEmpty && read.Buffer.FirstSpan[0] != 0x16;
            connection.Transport.Input.AdvanceTo(read.Buffer.Start);
            return speaks;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return false;
        }
    }

    private ValueTask<SslServerAuthenticationOptions> ChooseAsync(TlsHandshakeCallbackContext context)
    {
        var controller = parts.Generations.Current.Find<IngressSnapshot>()?.ControllerAt(bound) ?? throw new AuthenticationException($"no ingress controller at {bound}");
        var session = new TlsSession { ServerName = string.IsNullOrEmpty(context.ClientHelloInfo.ServerName) ? null : context.ClientHelloInfo.ServerName };
        (session.Certificate, session.Why) = controller.Routes.Certificates.Choose(session.ServerName);
        context.Connection.Features.Set(session);
        return ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = session.Certificate.Context,
            EnabledSslProtocols = controller.Config.SslProtocols,
            ApplicationProtocols = controller.Config.Http2 ? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11] : [SslApplicationProtocol.Http11],
        });
    }

    /// <summary>The handshake is done: HTTP/2 goes on in Kestrel, everything else to our own codec.</summary>
    private Task SecuredAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var http2 = connection.Features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol.Span.SequenceEqual("h2"u8) == true;
        if (connection.Features.Get<HandshakeRecord>() is { } record && connection.Features.Get<TlsSession>() is { } session && connection.Features.Get<ISslStreamFeature>()?.SslStream is { } tls)
        {
            record.DoneAt = parts.Time.GetTimestamp();
            record.Version = session.Version = tls.SslProtocol == SslProtocols.Tls13 ? "TLSv1.3" : "TLSv1.2";
            record.Cipher = session.Cipher = tls.NegotiatedCipherSuite.ToString();
            record.Alpn = tls.NegotiatedApplicationProtocol.Protocol.IsEmpty ? null : tls.NegotiatedApplicationProtocol.ToString();
            parts.Log.Add(record);
        }

        return http2 ? next(connection) : http1.RunAsync(connection, handler, draining.Token);
    }

    /// <summary>nginx's answer to plain HTTP at its HTTPS port (its code 497).</summary>
    private sealed class PlainOnHttps : IHttpHop
    {
        public Hop Hop => Hop.Ingress;

        public ValueTask ServeAsync(RequestPassage passage)
        {
            JourneyHeader.Read(passage);
            return passage.AnswerAsync(
                400, [new("Content-Type", "text/html")], NginxPage.BadRequest("The plain HTTP request was sent to HTTPS port", "The plain HTTP request was sent to HTTPS port"), "ingress.400.plain-http-on-https-port",
                "the request came in the plain to the controller's HTTPS port: whoever sends it (a target group, a Service's port) has to speak HTTPS to it, or go to the HTTP port", NginxPage.Phrase(400));
        }

        public ValueTask RejectAsync(RequestPassage passage, HttpRejection rejection) => ServeAsync(passage);
    }
}
