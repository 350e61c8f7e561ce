using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Shop.Users.Tests;

/// <summary>What one export sent.</summary>
internal sealed record Export(string Path, string? ContentType, string? Authorization, byte[] Body)
{
    /// <summary>Strings stand as plain UTF-8 in protobuf.</summary>
    public bool Holds(string text) => Holds(Encoding.UTF8.GetBytes(text));

    public bool Holds(byte[] bytes) => Body.AsSpan().IndexOf(bytes) >= 0;
}

/// <summary>A collector: takes OTLP over HTTP and keeps it.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Export> _exports = new();

    private OtlpReceiver(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    public IReadOnlyCollection<Export> Exports => _exports;

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new OtlpReceiver(app);
        app.Run(receiver.TakeAsync);
        await app.StartAsync();
        return receiver;
    }

    public bool Holds(string text) => _exports.Any(e => e.Holds(text));

    public Task ReceivesAsync(string text) => Wait.UntilAsync($"a span with '{text}' arrives", () => Task.FromResult(Holds(text)));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        _exports.Enqueue(new Export(
            context.Request.Path.Value!, context.Request.ContentType, context.Request.Headers.Authorization, body.ToArray()));
        context.Response.ContentType = "application/x-protobuf";
    }
}
