using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Usher.Model.Contracts;

namespace Usher.Pod;

/// <summary>
/// Takes the place of an image that doesn't run here: listens on every TCP port that the pod declares or probes, and answers any request
/// with 200 and what it got. A port with a gRPC probe speaks HTTP/2 only, as the server that it stands for.
/// </summary>
internal sealed class StandInServer : IRunningPod, IHttpApplication<HttpContext>
{
    private const string Health = "/grpc.health.v1.Health/Check";
    private readonly PodPlan pod;
    private readonly KestrelServer server;
    private readonly TaskCompletionSource<string> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly TimeProvider time;

    private StandInServer(PodPlan pod, TimeProvider time)
    {
        this.pod = pod;
        this.time = time;
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = null;
        var grpc = pod.Probes.Select(p => p.Action).OfType<GrpcAction>().Select(g => pod.Addresses.BoundPort(g.Port)).ToHashSet();
        foreach (var port in BoundPorts(pod))
        {
            options.Listen(new IPEndPoint(pod.Address!.Bound, port), listen =>
                listen.Protocols = grpc.Contains(port) ? HttpProtocols.Http2 : HttpProtocols.Http1);
        }

        server = new KestrelServer(Options.Create(options),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
    }

    /// <inheritdoc/>
    public Task<string> Exited => exited.Task;

    /// <inheritdoc/>
    public int? ProcessId => null;

    /// <summary>Whether a stand-in for this pod listens on a bound port.</summary>
    public static bool ListensOn(PodPlan pod, int bound) => BoundPorts(pod).Contains(bound);

    /// <summary>Binds and serves.</summary>
    /// <exception cref="LaunchException">A port is in use.</exception>
    public static async Task<StandInServer> StartAsync(PodPlan pod, TimeProvider time, CancellationToken cancellationToken)
    {
        var standIn = new StandInServer(pod, time);
        try
        {
            if (BoundPorts(pod).Any()) await standIn.server.StartAsync(standIn, cancellationToken);
            return standIn;
        }
        catch (IOException e)
        {
            standIn.server.Dispose();
            throw new LaunchException($"a stand-in for {pod.Image} can't listen: {e.Message} {ListeningSockets.WhoHas(pod)}".TrimEnd());
        }
        catch
        {
            standIn.server.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(grace, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await server.StopAsync(either.Token);
        exited.TrySetResult("stopped");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        server.Dispose();
        exited.TrySetResult("stopped");
        return ValueTask.CompletedTask;
    }

    HttpContext IHttpApplication<HttpContext>.CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    void IHttpApplication<HttpContext>.DisposeContext(HttpContext context, Exception? exception)
    {
    }

    async Task IHttpApplication<HttpContext>.ProcessRequestAsync(HttpContext context)
    {
        var response = context.Response;
        response.Headers["X-Pod"] = pod.Key.Name;
        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true)
        {
            await AnswerGrpcAsync(context);
            return;
        }

        var body = await DrainAsync(context.Request.Body, context.RequestAborted);
        var answer = Encoding.UTF8.GetBytes(Answer(context, body).ToJsonString(Format) + "\n");
        response.ContentType = "application/json";
        response.ContentLength = answer.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(answer, context.RequestAborted);
    }

    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static IEnumerable<int> BoundPorts(PodPlan pod) => pod.Ports.Select(p => p.Bound)
        .Concat(pod.Probes.Select(p => PodCompiler.PortOf(p.Action)).OfType<int>().Select(pod.Addresses.BoundPort))
        .Distinct();

    private JsonObject Answer(HttpContext context, long bodyBytes)
    {
        var request = context.Request;
        var headers = new JsonObject();
        foreach (var (name, values) in request.Headers)
        {
            headers[name] = values.Count == 1 ? values[0] : new JsonArray([.. values.Select(v => JsonValue.Create(v))]);
        }

        return new JsonObject
        {
            ["standIn"] = true,
            ["pod"] = pod.Key.Name,
            ["namespace"] = pod.Key.Namespace,
            ["node"] = pod.Node,
            ["image"] = pod.Image,
            ["address"] = $"{pod.Address!.Declared}:{pod.PortAt(context.Connection.LocalPort)?.Port ?? context.Connection.LocalPort}",
            ["from"] = $"{context.Connection.RemoteIpAddress}:{context.Connection.RemotePort}",
            ["method"] = request.Method,
            ["url"] = context.Features.Get<IHttpRequestFeature>()!.RawTarget,
            ["protocol"] = request.Protocol,
            ["headers"] = headers,
            ["bodyBytes"] = bodyBytes,
        };
    }

    private static async Task AnswerGrpcAsync(HttpContext context)
    {
        await DrainAsync(context.Request.Body, context.RequestAborted);
        context.Response.ContentType = "application/grpc";
        if (context.Request.Path != Health)
        {
            context.Response.Headers["grpc-status"] = "12";
            context.Response.Headers["grpc-message"] = "a stand-in answers no calls but the health check";
            return;
        }

        context.Response.DeclareTrailer("grpc-status");
        await context.Response.Body.WriteAsync(new byte[] { 0, 0, 0, 0, 2, 0x08, 0x01 }, context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static async Task<long> DrainAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        var total = 0L;
        for (int read; (read = await body.ReadAsync(buffer, cancellationToken)) > 0;) total += read;
        return total;
    }
}
