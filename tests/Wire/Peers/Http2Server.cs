using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Usher.Wire.Tests.Peers;

/// <summary>A real HTTP/2 server (Kestrel's), in the plain with prior knowledge or over TLS.</summary>
internal sealed class Http2Server : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Http2Server(WebApplication app)
    {
        _app = app;
        EndPoint = IPEndPoint.Parse(new Uri(app.Urls.First()).Authority);
    }

    public IPEndPoint EndPoint { get; }

    public UpstreamKey Key => new(EndPoint, Http2: true);

    public UpstreamKey SecureKey => Key with { Tls = new UpstreamTls { ApplicationProtocol = "h2" } };

    public static async Task<Http2Server> StartAsync(
        RequestDelegate handle, X509Certificate2? certificate = null, int? streams = null, HttpProtocols protocols = HttpProtocols.Http2, IPEndPoint? at = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            // Behind who ended TLS, requests of https come in the plain.
            options.AllowAlternateSchemes = true;
            options.RequestHeaderEncodingSelector = options.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
            options.Limits.MaxRequestBodySize = null;
            options.Limits.MinRequestBodyDataRate = null;
            options.Limits.MinResponseDataRate = null;
            if (streams is { } most) options.Limits.Http2.MaxStreamsPerConnection = most;
            options.Listen(at ?? new IPEndPoint(IPAddress.Loopback, 0), listen =>
            {
                listen.Protocols = protocols;
                if (certificate is not null) listen.UseHttps(certificate);
            });
        });
        var app = builder.Build();
        app.Run(handle);
        await app.StartAsync();
        return new Http2Server(app);
    }

    /// <summary>Stops as a server does: GOAWAY, and what is under way may end.</summary>
    public Task StopAsync() => _app.StopAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
