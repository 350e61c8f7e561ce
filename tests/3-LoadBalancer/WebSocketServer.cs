using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Usher.LoadBalancer.Tests;

/// <summary>
/// Kestrel's WebSockets as a target: <c>/echo</c> sends every message back and closes when asked, <c>/bye</c> closes after the first message,
/// <c>/abort</c> cuts the connection then. Health checks are answered with 200.
/// </summary>
internal sealed class WebSocketServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly TaskCompletionSource<string> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WebSocketServer(IPEndPoint at)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(at));
        builder.Services.AddRouting();
        app = builder.Build();
        app.UseWebSockets();
        app.Run(ServeAsync);
    }

    /// <summary>How the server saw its first WebSocket end.</summary>
    internal Task<string> Ended => ended.Task;

    /// <summary>The X-Forwarded-Proto of the last upgrade.</summary>
    internal string? Proto { get; private set; }

    internal static async Task<WebSocketServer> StartAsync(IPEndPoint at)
    {
        var server = new WebSocketServer(at);
        await server.app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task ServeAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest) return;
        Proto = context.Request.Headers["X-Forwarded-Proto"];
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        try
        {
            ended.TrySetResult(await TalkAsync(context, socket));
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            ended.TrySetResult("cut");
        }
    }

    private static async Task<string> TalkAsync(HttpContext context, WebSocket socket)
    {
        var buffer = new byte[128 * 1024];
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
            if (read.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "bye", context.RequestAborted);
                return $"closed by the client: {(int?)socket.CloseStatus}";
            }

            if (context.Request.Path == "/abort")
            {
                context.Abort();
                return "aborted";
            }

            await socket.SendAsync(buffer.AsMemory(0, read.Count), read.MessageType, read.EndOfMessage, context.RequestAborted);
            if (context.Request.Path != "/bye") continue;
            await socket.CloseAsync(WebSocketCloseStatus.EndpointUnavailable, "going away", context.RequestAborted);
            return "closed by the server";
        }
    }
}
