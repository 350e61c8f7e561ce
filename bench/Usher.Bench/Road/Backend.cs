using System.Net;
using Usher.Wire;

namespace Usher.Bench.Road;

/// <summary>What stands where the next hop would: answers every request with 75 bytes of JSON.</summary>
internal sealed class Backend : IExchangeHandler, IAsyncDisposable
{
    /// <summary>The answer's body.</summary>
    internal static readonly ReadOnlyMemory<byte> Body = """{"id":4,"name":"Ada Lovelace","email":"al@example.com","active":true,"n":7}"""u8.ToArray();
    private readonly Http1Server server = new();
    private readonly List<TcpListenerLoop> loops = [];
    private readonly ResponseHead head = new();

    internal Backend(params IEnumerable<IPEndPoint> places)
    {
        head.SetStatus(200);
        head.Add("Content-Type", "application/json");
        foreach (var place in places) loops.Add(TcpListenerLoop.Start(place, (socket, draining, aborted) => server.RunAsync(socket, this, draining, aborted)));
    }

    /// <summary>The first place where it listens.</summary>
    internal IPEndPoint EndPoint => loops[0].LocalEndPoint;

    public ValueTask HandleAsync(HttpExchange exchange) => exchange.RespondAsync(head, Body);

    public async ValueTask DisposeAsync()
    {
        foreach (var loop in loops) await loop.DisposeAsync();
    }
}
