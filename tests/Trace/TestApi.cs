using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Usher.Trace.Otlp;

namespace Usher.Trace.Tests;

/// <summary>The API on a socket of its own.</summary>
internal sealed class TestApi : IAsyncDisposable
{
    private readonly WebApplication app;

    private TestApi(WebApplication app)
    {
        this.app = app;
        Address = new Uri(app.Urls.Single());
        Client = new HttpClient { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public JourneyLog Log => app.Services.GetRequiredService<JourneyLog>();

    public SpanStore Spans => app.Services.GetRequiredService<SpanStore>();

    /// <param name="options">The limits.</param>
    /// <param name="http2">Whether it speaks HTTP/2 without TLS, and nothing else.</param>
    /// <param name="add">What else is registered.</param>
    public static async Task<TestApi> StartAsync(TraceOptions? options = null, bool http2 = false, Action<IServiceCollection>? add = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(options ?? new TraceOptions { RecordWait = TimeSpan.FromMilliseconds(50) });
        builder.Services.AddTrace();
        add?.Invoke(builder.Services);
        if (http2) builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(l => l.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.MapJourneys();
        await app.StartAsync();
        return new TestApi(app);
    }

    public async Task<HttpResponseMessage> PostAsync(byte[] body, string type, string? encoding = null)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (encoding is not null) content.Headers.ContentEncoding.Add(encoding);
        return await Client.PostAsync(new Uri("/v1/traces", UriKind.Relative), content);
    }

    public async Task<HttpResponseMessage> ReportAsync(string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        return await Client.PostAsync(new Uri("/api/journeys/client", UriKind.Relative), content);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
    }
}
