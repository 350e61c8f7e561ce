using System.Globalization;
using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Usher.Greeter;

// A pod's program: a gRPC server as .NET makes them, over HTTP/2 without TLS.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Services.AddGrpc();
builder.WebHost.ConfigureKestrel(options => options.Listen(
    IPAddress.Parse(Environment.GetEnvironmentVariable("POD_IP")!),
    int.Parse(Environment.GetEnvironmentVariable("PORT")!, CultureInfo.InvariantCulture),
    listen => listen.Protocols = HttpProtocols.Http2));
var app = builder.Build();
app.MapGrpcService<GreeterService>();
await app.RunAsync();

internal sealed class GreeterService : Greeter.GreeterBase
{
    private static readonly string Pod = Environment.GetEnvironmentVariable("POD_NAME") ?? "";

    public override Task<Said> Greet(Said request, ServerCallContext context) => request.Text == "nobody"
        ? throw new RpcException(new Status(StatusCode.NotFound, "nobody is here"))
        : Task.FromResult(Say($"hello {request.Text}"));

    public override async Task<Said> Collect(IAsyncStreamReader<Said> requestStream, ServerCallContext context)
    {
        var all = new List<string>();
        await foreach (var said in requestStream.ReadAllAsync(context.CancellationToken)) all.Add(said.Text);
        return Say(string.Join(' ', all));
    }

    public override async Task Split(Said request, IServerStreamWriter<Said> responseStream, ServerCallContext context)
    {
        foreach (var word in request.Text.Split(' ')) await responseStream.WriteAsync(Say(word), context.CancellationToken);
    }

    public override async Task Talk(IAsyncStreamReader<Said> requestStream, IServerStreamWriter<Said> responseStream, ServerCallContext context)
    {
        await foreach (var said in requestStream.ReadAllAsync(context.CancellationToken)) await responseStream.WriteAsync(Say($"{said.Text}?"), context.CancellationToken);
    }

    private static Said Say(string text) => new() { Text = text, Pod = Pod };
}
