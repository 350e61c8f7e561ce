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
/// Takes the place of a container whose image doesn't run here: listens on every TCP port that it declares or probes, and on every UDP port that it declares (<see cref="StandInDatagrams"/>), and answers any request
/// with 200 and what it got. Each port speaks HTTP/1.1, HTTP/2 and both over TLS (<see cref="StandInConnection"/>). A gRPC health check is answered
/// with SERVING, any other call with UNIMPLEMENTED, which names the pod.
/// </summary>
internal sealed class StandInServer : IRunningPod, IHttpApplication<HttpContext>
{
    private const string Health = "/grpc.health.v1.Health/Check";
    private readonly PodPlan pod;
    private readonly ContainerPlan container;
    private readonly KestrelServer server;
    private readonly TaskCompletionSource<string> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider time;
    private StandInDatagrams? datagrams;

    private StandInServer(PodPlan pod, ContainerPlan container, TimeProvider time)
    {
        (this.pod, this.container, this.time) = (pod, container, time);
        // HTTP/2's scheme needn't be that of the connection: one that a gateway opened has the client's.
        var options = new KestrelServerOptions { AddServerHeader = false, AllowAlternateSchemes = true };
        options.Limits.MaxRequestBodySize = null;
        foreach (var port in container.Listens)
        {
            options.Listen(new IPEndPoint(pod.Address!.Bound, port), listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.Use(StandInConnection.Use);
            });
        }

        server = new KestrelServer(Options.Create(options),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
    }

    /// <inheritdoc/>
    public Task<string> Exited => exited.Task;

    /// <inheritdoc/>
    public int? ProcessId => null;

    /// <summary>Binds and serves.</summary>
    /// <exception cref="LaunchException">A port is in use.</exception>
    public static async Task<StandInServer> StartAsync(PodPlan pod, ContainerPlan container, TimeProvider time, CancellationToken cancellationToken)
    {
        var standIn = new StandInServer(pod, container, time);
        try
        {
            standIn.datagrams = StandInDatagrams.Start(pod, container);
            if (!container.Listens.IsEmpty) await standIn.server.StartAsync(standIn, cancellationToken);
            return standIn;
        }
        catch (LaunchException)
        {
            standIn.server.Dispose();
            throw;
        }
        catch (IOException e)
        {
            await standIn.DisposeAsync();
            throw new LaunchException($"a stand-in for {container.Image} can't listen: {e.Message} {ListeningSockets.WhoHas(pod, container.Ports)}".TrimEnd());
        }
        catch
        {
            await standIn.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(grace, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        datagrams?.Dispose();
        await server.StopAsync(either.Token);
        exited.TrySetResult("stopped");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        datagrams?.Dispose();
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

    private JsonObject Answer(HttpContext context, long bodyBytes)
    {
        var request = context.Request;
        var headers = new JsonObject();
        foreach (var (name, values) in request.Headers)
        {
            headers[name] = values.Count == 1 ? values[0] : new JsonArray([.. values.Select(v => JsonValue.Create(v))]);
        }

        var connection = context.Connection;
        var told = StandInAnswer.Begin(pod, container, pod.PortAt(connection.LocalPort)?.Port ?? connection.LocalPort, new IPEndPoint(connection.RemoteIpAddress!, connection.RemotePort));
        told["method"] = request.Method;
        told["url"] = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        told["protocol"] = request.Protocol;
        told["headers"] = headers;
        told["bodyBytes"] = bodyBytes;
        return told;
    }

    private async Task AnswerGrpcAsync(HttpContext context)
    {
        await DrainAsync(context.Request.Body, context.RequestAborted);
        context.Response.ContentType = "application/grpc";
        if (context.Request.Path != Health)
        {
            context.Response.Headers["grpc-status"] = "12";
            context.Response.Headers["grpc-message"] = $"pod {pod.Key.Name}: a stand-in answers no calls but the health check";
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
