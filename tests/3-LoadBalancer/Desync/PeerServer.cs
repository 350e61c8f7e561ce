using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Usher.Wire.Tests.Peers;

namespace Usher.LoadBalancer.Tests.Desync;

/// <summary>A request as a server read it.</summary>
internal sealed record SeenRequest(string TraceId, string Method, string Target, long BodyLength);

/// <summary>Kestrel: reads each request with its body, keeps it, and answers with what it read.</summary>
internal sealed class Origin : IAsyncDisposable
{
    private readonly WebApplication app;

    private Origin(WebApplication app) => this.app = app;

    /// <summary>What came whole, health checks left out.</summary>
    internal ConcurrentQueue<SeenRequest> Seen { get; } = new();

    internal static async Task<Origin> StartAsync(IPEndPoint at)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(at));
        var origin = new Origin(builder.Build());
        origin.app.Run(origin.AnswerAsync);
        await origin.app.StartAsync();
        return origin;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var (request, length) = (context.Request, 0L);
        var buffer = new byte[4096];
        while (await request.Body.ReadAsync(buffer, context.RequestAborted) is > 0 and var count) length += count;
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        if (!request.Headers.UserAgent.ToString().StartsWith("ELB-HealthChecker", StringComparison.Ordinal))
        {
            Seen.Enqueue(new SeenRequest(request.Headers["X-Amzn-Trace-Id"].ToString(), request.Method, target, length));
        }

        var told = $"{request.Method} {target} {length}.";
        context.Response.ContentLength = told.Length;
        context.Response.Headers["X-Origin"] = "yes";
        if (request.Method != "HEAD") await context.Response.WriteAsync(told);
    }
}

/// <summary>Debian's nginx or HAProxy as an ordinary process with a folder of its own, between the front and an origin.</summary>
internal sealed class PeerServer : IAsyncDisposable
{
    private readonly string folder;
    private readonly Process process;

    private PeerServer(string folder, string program, params string[] arguments)
    {
        this.folder = folder;
        process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
    }

    internal static Task<PeerServer> NginxAsync(IPEndPoint at, IPEndPoint origin) => StartAsync("/usr/sbin/nginx", "nginx-light", at,
        $$"""
        daemon off;
        master_process off;
        pid nginx.pid;
        error_log error.log;
        events { worker_connections 512; }
        http {
          access_log off;
          client_max_body_size 0;
          client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
          server { listen {{at}}; location / { proxy_pass http://{{origin}}; proxy_next_upstream off; } }
        }

        """,
        folder => ["-p", folder, "-c", "peer.conf", "-e", "error.log"]);

    internal static Task<PeerServer> HaproxyAsync(IPEndPoint at, IPEndPoint origin) => StartAsync("/usr/sbin/haproxy", "haproxy", at,
        $"""
        global
          maxconn 512
        defaults
          mode http
          timeout connect 5s
          timeout client 30s
          timeout server 30s
          retries 0
        frontend front
          bind {at}
          default_backend back
        backend back
          server origin {origin}

        """,
        folder => ["-db", "-f", Path.Combine(folder, "peer.conf")]);

    public async ValueTask DisposeAsync()
    {
        // By its own id: other processes of its name are none of ours.
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<PeerServer> StartAsync(string program, string package, IPEndPoint at, string configuration, Func<string, string[]> arguments)
    {
        Assert.True(File.Exists(program), $"{program} is wanted as a peer and isn't installed; install the package {package}");
        var folder = Directory.CreateTempSubdirectory("usher-peer-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "peer.conf"), configuration, TestContext.Current.CancellationToken);
        var server = new PeerServer(folder, program, arguments(folder));
        await Limit.UntilAsync(() => server.process.HasExited || Listens(at));
        if (server.process.HasExited) Assert.Fail(await server.process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        return server;
    }

    private static bool Listens(IPEndPoint at)
    {
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(at);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
