using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Usher.Tests.Otlp.Collector;

namespace Usher.Tests.Otlp;

/// <summary>A backend on sockets of its own: OTLP/HTTP, and OTLP/gRPC by the real server library. What it answers is scripted; without a script it takes everything.</summary>
internal sealed class TestCollector : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<ExportTraceServiceRequest> requests = new();

    private TestCollector(WebApplication app) => this.app = app;

    internal Uri Http { get; private set; } = null!;

    internal Uri Grpc { get; private set; } = null!;

    /// <summary>What the next requests over HTTP get; the last stays.</summary>
    internal ConcurrentQueue<Func<HttpResponse, Task>> Answers { get; } = new();

    /// <summary>The same of calls over gRPC.</summary>
    internal ConcurrentQueue<Func<ServerCallContext, ExportTraceServiceResponse>> Calls { get; } = new();

    /// <summary>Headers, or metadata, of the last request.</summary>
    internal IReadOnlyDictionary<string, string> Headers { get; private set; } = new Dictionary<string, string>();

    /// <summary>Requests that came, taken or not.</summary>
    internal int Count => requests.Count;

    internal IReadOnlyList<Received> Spans => [.. requests.SelectMany(Received.Of)];

    /// <param name="tls">How it speaks TLS; null for cleartext.</param>
    internal static async Task<TestCollector> StartAsync(HttpsConnectionAdapterOptions? tls = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            foreach (var protocols in (HttpProtocols[])[HttpProtocols.Http1, HttpProtocols.Http2])
            {
                kestrel.Listen(IPAddress.Loopback, 0, listen =>
                {
                    listen.Protocols = protocols;
                    if (tls is not null) listen.UseHttps(tls);
                });
            }
        });
        TestCollector? collector = null;
        builder.Services.AddSingleton(_ => collector!);
        var app = builder.Build();
        collector = new TestCollector(app);
        app.MapGrpcService<Service>();
        app.MapPost("/v1/traces", (RequestDelegate)collector.TakeAsync);
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();
        (collector.Http, collector.Grpc) = (new Uri(addresses[0]), new Uri(addresses[1]));
        return collector;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        Headers = context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString());
        await using var body = context.Request.Headers.ContentEncoding == "gzip" ? new GZipStream(context.Request.Body, CompressionMode.Decompress) : context.Request.Body;
        using var all = new MemoryStream();
        await body.CopyToAsync(all);
        Assert.Equal("application/x-protobuf", context.Request.ContentType);
        requests.Enqueue(ExportTraceServiceRequest.Parser.ParseFrom(all.ToArray()));
        context.Response.ContentType = "application/x-protobuf";
        if (Answers.Count > 1 ? Answers.TryDequeue(out var answer) : Answers.TryPeek(out answer)) await answer(context.Response);
    }

    internal static Task SayAsync(HttpResponse response, IMessage message) => response.Body.WriteAsync(message.ToByteArray()).AsTask();

    private sealed class Service(TestCollector collector) : TraceService.TraceServiceBase
    {
        public override Task<ExportTraceServiceResponse> Export(ExportTraceServiceRequest request, ServerCallContext context)
        {
            collector.Headers = context.RequestHeaders.ToDictionary(h => h.Key, h => h.Value);
            collector.requests.Enqueue(request);
            var answered = collector.Calls.Count > 1 ? collector.Calls.TryDequeue(out var answer) : collector.Calls.TryPeek(out answer);
            return Task.FromResult(answered ? answer!(context) : new ExportTraceServiceResponse());
        }
    }
}
